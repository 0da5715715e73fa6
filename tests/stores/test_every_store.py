"""What every store keeps, over a stop and a start too."""

from threading import Thread
from uuid import UUID, uuid4

import pytest
from ingest_service.ports.store import Store

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import LastSlot, LedgerSummary, Outcome, Retry
from ingest_service.domain.model import Priority, Profile, Status, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.errors import StoreStopped
from tests.stores.steps import (
    close,
    find,
    next_batch,
    open_next,
    outcomes_of,
    progress,
    release,
    restart,
    slot_of,
    submit,
    waiting,
)


def test_an_accepted_submission_is_found_as_it_was_given(store: Store) -> None:
    entry = submit(store, [5, 5, 1_000_000_007, 1], Priority.HIGH)
    restart(store)
    profile = find(store, entry).ingestion
    assert profile == Profile.of(entry.ingestion)
    assert (profile.priority, profile.id_count, profile.deadline) == (Priority.HIGH, 4, None)
    assert list(store.ids(entry.sequence)) == [5, 5, 1_000_000_007, 1]
    assert progress(store, entry) == (0, set(), Status.YET_TO_START)


def test_a_deadline_is_kept(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4], deadline=5 * 10**18)
    open_next(store, 1, entry)
    restart(store)
    assert find(store, entry).ingestion.deadline == 5 * 10**18
    assert [left.ingestion.deadline for left in waiting(store)] == [5 * 10**18] * 2


def test_an_unknown_ingestion_is_not_found(store: Store) -> None:
    assert store.find(uuid4()) is None
    assert store.outcomes(uuid4(), -1, 10) == []
    assert list(store.failed_ids(uuid4())) == []
    assert list(store.ids(7)) == []


def test_everything_accepted_waits_whole_and_in_its_place(store: Store) -> None:
    entries = [submit(store, range(1, count + 1)) for count in (1, 3, 7)]
    restart(store)
    assert waiting(store) == entries
    assert [entry.positions for entry in waiting(store)] == [range(1), range(3), range(7)]
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
    slot = slot_of(1, next_batch(entry))
    store.open_slot(slot)
    assert progress(store, entry) == (3, {0}, Status.TRIGGERED)
    close(store, slot, outcomes_of(slot))
    assert progress(store, entry) == (3, set(), Status.TRIGGERED)


def test_an_ingestion_is_completed_when_its_last_batch_is(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4])
    last = entry.split(3)[1]
    assert last is not None
    release(store, 1, next_batch(entry), next_batch(last))
    restart(store)
    assert progress(store, entry) == (4, set(), Status.COMPLETED)
    assert waiting(store) == []


def test_what_was_released_waits_no_more(store: Store) -> None:
    entry = submit(store, range(1, 8))
    release(store, 1, next_batch(entry))
    restart(store)
    (left,) = waiting(store)
    assert left.positions == range(3, 7)
    assert next_batch(left).ids == (4, 5, 6)


def test_the_batches_of_a_slot_that_was_never_closed_wait_again_one_by_one(store: Store) -> None:
    first, second = submit(store, [1, 2]), submit(store, [3, 4, 5, 6])
    store.open_slot(slot_of(1, next_batch(first), next_batch(second)))
    restart(store)
    left = waiting(store)
    assert [(entry.sequence, tuple(entry.positions)) for entry in left] == [
        (first.sequence, (0, 1)),
        (second.sequence, (0, 1, 2)),
        (second.sequence, (3,)),
    ]
    assert [next_batch(entry).ids for entry in left] == [(1, 2), (3, 4, 5), (6,)]


def test_a_batch_that_is_released_again_is_finished_once(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4])
    store.open_slot(slot_of(1, next_batch(entry)))
    restart(store)
    again = waiting(store)[0]
    release(store, 2, next_batch(again))
    assert progress(store, entry) == (3, set(), Status.TRIGGERED)
    (left,) = waiting(store)
    assert left.positions == range(3, 4)


def test_outcomes_are_kept_in_the_order_of_the_ids_results_and_errors_alike(store: Store) -> None:
    entry = submit(store, [7, 7, 3, 9])
    slot = slot_of(1, next_batch(entry))
    outcomes = [
        Outcome(7, '{"n":[1,null,"ü"]}', None, 1, 200),
        Outcome(7, None, "HTTP 404 Not Found", 2, 404),
        Outcome(3, "null"),
    ]
    store.open_slot(slot)
    close(store, slot, outcomes)
    restart(store)
    assert store.outcomes(entry.ingestion.id, -1, 10) == list(enumerate(outcomes))
    assert store.outcomes(entry.ingestion.id, 0, 1) == [(1, outcomes[1])]
    assert store.outcomes(entry.ingestion.id, 2, 10) == []
    assert list(store.failed_ids(entry.ingestion.id)) == [7]


def test_an_id_to_be_called_again_keeps_its_batch_open_and_waits_with_its_attempts(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4])
    slot = slot_of(1, next_batch(entry))
    store.open_slot(slot)
    close(store, slot, [Retry(1, due=50, due_at=70), Outcome(2), Retry(1, due=50, due_at=70)])
    restart(store)
    assert progress(store, entry) == (3, {0}, Status.TRIGGERED)
    (again, due_at), (rest, at_once) = sorted(store.waiting())
    assert (again.positions, again.attempts, due_at) == ((0, 2), 1, 70)
    assert (rest.positions, rest.attempts, at_once) == (range(3, 4), 0, 0)
    assert next_batch(again).ids == (1, 3)


def test_a_batch_is_finished_by_the_outcome_of_its_last_id(store: Store) -> None:
    entry = submit(store, [1, 2, 3])
    slot = slot_of(1, next_batch(entry))
    store.open_slot(slot)
    close(store, slot, [Outcome(1), Retry(1, 50, 70), Outcome(3)])
    again = slot_of(2, next_batch(waiting(store)[0]))
    store.open_slot(again)
    close(store, again, [Outcome(2, None, "HTTP 500", 2, 500)])
    assert progress(store, entry) == (3, set(), Status.COMPLETED)
    assert waiting(store) == []


def test_a_batch_that_was_released_in_part_waits_with_the_rest_of_it(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4])
    one, _ = entry.split(1)
    slot = slot_of(1, one)
    store.open_slot(slot)
    close(store, slot, [Retry(1, due=50, due_at=70)])
    restart(store)
    assert progress(store, entry) == (1, {0}, Status.TRIGGERED)
    assert [tuple(left.positions) for left in waiting(store)] == [(0,), (1, 2, 3)]


def test_a_pause_is_kept_until_the_next_one(store: Store) -> None:
    entry = submit(store, range(1, 10))
    assert store.paused_until() == 0
    for number, paused_until in enumerate([70, None, 90], 1):
        slot = slot_of(number, next_batch(waiting(store)[0]))
        store.open_slot(slot)
        store.close_slot(slot, outcomes_of(slot), slot.opened, paused_until)
        restart(store)
        assert store.paused_until() == (90 if number == 3 else 70)
    assert progress(store, entry) == (9, set(), Status.COMPLETED)


def test_an_empty_ledger_has_no_last_slot(store: Store) -> None:
    assert store.last_slot() is None


def test_the_last_slot_is_told_with_the_start_of_its_last_call(store: Store) -> None:
    entry = submit(store, range(1, 7))
    release(store, 1, next_batch(entry))
    restart(store)
    assert store.last_slot() == LastSlot(1, "b", started=11, trusted=True)


def test_nobody_knows_when_the_calls_of_an_open_slot_started(store: Store) -> None:
    entry = submit(store, range(1, 7))
    release(store, 1, next_batch(entry))
    rest = entry.split(3)[1]
    assert rest is not None
    store.open_slot(slot_of(2, next_batch(rest)))
    restart(store)
    assert store.last_slot() == LastSlot(2, "b", started=None, trusted=True)


def test_the_ledger_tells_of_an_ingestion_and_of_its_batches(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4, 5, 6, 7])
    found = find(store, entry)
    assert store.account(entry.sequence) == LedgerSummary(0, 0, None, None)
    assert store.batch_histories(found, range(3)) == {}
    first = slot_of(1, next_batch(entry))
    store.open_slot(first)
    close(store, first, [Outcome(1), Outcome(2, None, "HTTP 404", 1, 404), Retry(1, 50, 70)])
    again = slot_of(2, *(batch for left in waiting(store) for batch in [left.split(left.next_size)[0]]))
    store.open_slot(again)
    account = store.account(entry.sequence)
    assert (account.failed, account.slots_used, account.started_at) == (1, 2, first.opened_at)
    told = store.batch_histories(found, range(3))
    assert {number: (one.attempts, one.started_at) for number, one in told.items()} == {
        0: (2, first.opened_at),
        1: (1, again.opened_at),
    }
    assert [told[0].ended_at, told[1].ended_at] == [None, None]
    close(store, again, outcomes_of(again))
    ended = store.batch_histories(found, range(1, 3))
    assert ended.keys() == {1}
    assert ended[1].ended_at == store.account(entry.sequence).ended_at
    assert ended[1].ended_at is not None


def test_a_batch_whose_first_slot_was_never_closed_ends_with_its_last(store: Store) -> None:
    entry = submit(store, [1, 2])
    store.open_slot(slot_of(1, next_batch(entry)))
    restart(store)
    release(store, 2, next_batch(waiting(store)[0]))
    found = find(store, entry)
    account = store.batch_histories(found, range(1))[0]
    assert (account.attempts, account.started_at) == (2, 1000)
    assert account.ended_at is not None


def test_the_ledger_lists_its_slots_the_latest_first(store: Store) -> None:
    entries = [submit(store, [number * 10 + 1, number * 10 + 2]) for number in range(3)]
    for number, entry in enumerate(entries[:2], 1):
        release(store, number, next_batch(entry))
    store.open_slot(slot_of(3, next_batch(entries[2])))
    latest, *_ = page = store.slots(before=100, limit=2)
    assert [slot.number for slot in page] == [3, 2]
    assert (latest.opened_at, latest.closed_at) == (3000, None)
    assert latest.calls == ((entries[2].ingestion.id, 0, 21), (entries[2].ingestion.id, 0, 22))
    assert [slot.number for slot in store.slots(before=2, limit=2)] == [1]
    assert store.slots(before=1, limit=2) == []


def test_a_slot_lists_its_calls_in_the_order_of_the_slot_whatever_changes_later(store: Store) -> None:
    low, high = submit(store, [1, 2, 3], Priority.LOW), submit(store, [4], Priority.HIGH)
    release(store, 1, next_batch(high), next_batch(low))
    store.reprioritise(high.sequence, Priority.LOW)
    (slot,) = store.slots(before=100, limit=2)
    assert [record_id for _, _, record_id in slot.calls] == [4, 1, 2, 3]


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
