"""What every store keeps, over a stop and a start too."""

from collections.abc import Iterable
from threading import Thread
from uuid import UUID, uuid4

import pytest

from ingest_service.domain import Batch, Entry, Priority, Status, Submission
from ingest_service.errors import StoreStopped
from ingest_service.ledger import LastSlot, Outcome, Slot
from ingest_service.packed_ids import PackedIds
from ingest_service.ports import Store


def submit(store: Store, ids: Iterable[int], priority: Priority = Priority.MEDIUM) -> Entry:
    entries: list[Entry] = []
    store.add(Submission(uuid4(), priority, 3, PackedIds.of(ids)), entries.append)
    (entry,) = entries
    return entry


def slot_of(number: int, *batches: Batch) -> Slot:
    return Slot(number, "b", opened=number * 10, opened_at=number * 1000, batches=batches)


def outcomes_of(slot: Slot) -> list[Outcome]:
    return [Outcome(record_id, {"id": record_id}) for record_id in slot.ids]


def release(store: Store, number: int, *batches: Batch) -> None:
    slot = slot_of(number, *batches)
    store.open_slot(slot)
    store.close_slot(slot, outcomes_of(slot), started=slot.opened + 1)


def restart(store: Store) -> None:
    store.stop()
    store.start()


def progress(store: Store, entry: Entry) -> tuple[int, set[int], Status]:
    found = store.find(entry.ingestion.id)
    assert found is not None
    return found.released, set(found.open), found.status


def test_an_accepted_submission_is_found_as_it_was_given(store: Store) -> None:
    entry = submit(store, [5, 5, 1_000_000_007, 1], Priority.HIGH)
    restart(store)
    found = store.find(entry.ingestion.id)
    assert found is not None
    assert found.ingestion == entry.ingestion
    assert list(found.ingestion.ids) == [5, 5, 1_000_000_007, 1]
    assert found.ingestion.priority is Priority.HIGH
    assert progress(store, entry) == (0, set(), Status.YET_TO_START)


def test_an_unknown_ingestion_is_not_found(store: Store) -> None:
    assert store.find(uuid4()) is None
    assert list(store.outcomes(uuid4())) == []


def test_everything_accepted_waits_whole_and_in_its_place(store: Store) -> None:
    entries = [submit(store, range(1, count + 1)) for count in (1, 3, 7)]
    restart(store)
    assert sorted(store.waiting()) == entries
    assert [(entry.number, entry.end) for entry in sorted(store.waiting())] == [(0, 1), (0, 1), (0, 3)]
    assert sorted(entry.sequence for entry in entries) == [entry.sequence for entry in entries]


def test_created_times_and_accepted_calls_follow_the_sequence_when_many_submit_at_once(store: Store) -> None:
    accepted: list[Entry] = []

    def add_ten() -> None:
        for _ in range(10):
            store.add(Submission(uuid4(), Priority.LOW, 3, PackedIds.of([1])), accepted.append)

    threads = [Thread(target=add_ten) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sequences = [entry.sequence for entry in accepted]
    assert sequences == sorted(set(sequences))
    assert len(sequences) == 80
    created = [entry.ingestion.created_at for entry in accepted]
    assert created == sorted(created)


def test_a_released_batch_is_triggered_until_its_slot_is_closed(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4])
    slot = slot_of(1, entry.next_batch())
    store.open_slot(slot)
    assert progress(store, entry) == (1, {0}, Status.TRIGGERED)
    store.close_slot(slot, outcomes_of(slot), started=11)
    assert progress(store, entry) == (1, set(), Status.TRIGGERED)


def test_an_ingestion_is_completed_when_its_last_batch_is(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4])
    last = entry.rest()
    assert last is not None
    release(store, 1, entry.next_batch(), last.next_batch())
    restart(store)
    assert progress(store, entry) == (2, set(), Status.COMPLETED)
    assert list(store.waiting()) == []


def test_what_was_released_waits_no_more(store: Store) -> None:
    entry = submit(store, range(1, 8))
    release(store, 1, entry.next_batch())
    restart(store)
    (waiting,) = store.waiting()
    assert (waiting.number, waiting.end) == (1, 3)
    assert waiting.next_batch().ids == (4, 5, 6)


def test_the_batches_of_a_slot_that_was_never_closed_wait_again_one_by_one(store: Store) -> None:
    first, second = submit(store, [1, 2]), submit(store, [3, 4, 5, 6])
    store.open_slot(slot_of(1, first.next_batch(), second.next_batch()))
    restart(store)
    waiting = sorted(store.waiting())
    assert [(entry.sequence, entry.number, entry.end) for entry in waiting] == [
        (first.sequence, 0, 1),
        (second.sequence, 0, 1),
        (second.sequence, 1, 2),
    ]
    assert [entry.next_batch().ids for entry in waiting] == [(1, 2), (3, 4, 5), (6,)]


def test_a_batch_that_is_released_again_is_finished_once(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4])
    store.open_slot(slot_of(1, entry.next_batch()))
    restart(store)
    again = min(store.waiting())
    release(store, 2, again.next_batch())
    assert progress(store, entry) == (1, set(), Status.TRIGGERED)
    (waiting,) = store.waiting()
    assert waiting.number == 1


def test_outcomes_are_kept_in_the_order_of_the_ids_results_and_errors_alike(store: Store) -> None:
    entry = submit(store, [7, 7, 3, 9])
    slot = slot_of(1, entry.next_batch())
    outcomes = [Outcome(7, {"n": [1, None, "ü"]}), Outcome(7, error="no such record"), Outcome(3, "text")]
    store.open_slot(slot)
    store.close_slot(slot, outcomes, started=11)
    restart(store)
    assert list(store.outcomes(entry.ingestion.id)) == outcomes


def test_an_empty_ledger_has_no_last_slot(store: Store) -> None:
    assert store.last_slot() is None


def test_the_last_slot_is_told_with_the_start_of_its_last_call(store: Store) -> None:
    entry = submit(store, range(1, 7))
    release(store, 1, entry.next_batch())
    restart(store)
    assert store.last_slot() == LastSlot(1, "b", started=11, trusted=True)


def test_nobody_knows_when_the_calls_of_an_open_slot_started(store: Store) -> None:
    entry = submit(store, range(1, 7))
    release(store, 1, entry.next_batch())
    rest = entry.rest()
    assert rest is not None
    store.open_slot(slot_of(2, rest.next_batch()))
    restart(store)
    assert store.last_slot() == LastSlot(2, "b", started=None, trusted=True)


def test_a_stopped_store_says_so(store: Store) -> None:
    store.stop()
    store.stop()
    assert not store.alive
    for ask in (lambda: store.find(UUID(int=0)), lambda: submit(store, [1]), lambda: list(store.waiting())):
        with pytest.raises(StoreStopped, match="the store has been stopped"):
            ask()


def test_a_store_may_be_started_twice(store: Store) -> None:
    entry = submit(store, [1])
    store.start()
    assert store.alive
    assert store.find(entry.ingestion.id) is not None
