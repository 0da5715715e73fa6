"""The journal gives back what it was given, in every store."""

from threading import Thread

from ingest_service.domain.ledger import ReleaseState, Retry
from ingest_service.domain.model import Priority, Status
from ingest_service.stores.sqlite.journal import SqliteJournal
from ingest_service.stores.sqlite.records import SqliteRecords
from tests.doubles import UnthreadedDatabase, VirtualClock
from tests.stores.steps import (
    close,
    find,
    finish,
    ids_of,
    next_batch,
    open_batches,
    open_next,
    outcomes_of,
    progress,
    release,
    slot_of,
    submission_of,
    submit,
    waiting,
)
from tests.stores.store import Store


def test_everything_accepted_waits_whole_and_in_its_place(store: Store) -> None:
    entries = [submit(store, range(1, count + 1)) for count in (1, 3, 7)]
    store.restart()
    assert waiting(store) == entries
    assert [entry.positions for entry in waiting(store)] == [range(1), range(3), range(7)]
    assert sorted(entry.sequence for entry in entries) == [entry.sequence for entry in entries]


def test_created_times_and_accepted_calls_follow_the_sequence_when_many_submit_at_once(store: Store) -> None:
    def add_ten() -> None:
        for _ in range(10):
            store.add(submission_of([1]))

    threads = [Thread(target=add_ten) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sequences = [entry.sequence for entry in store.accepted]
    assert sequences == sorted(set(sequences))
    assert len(sequences) == 80
    found = [store.records.progress(entry.ingestion.id) for entry in store.accepted]
    created = [progress.created_at for progress in found if progress is not None]
    assert len(created) == 80
    assert created == sorted(created)


def test_a_slot_names_the_process_that_opened_it() -> None:
    database, clock = UnthreadedDatabase(), VirtualClock()
    store = Store(database, SqliteRecords(database), SqliteJournal(database, database, clock, "blue-17"))
    store.start()
    release(store, 1, next_batch(submit(store, [1])))
    assert [slot.replica for slot in store.records.slots(before=9, limit=9)] == ["blue-17"]


def test_the_batches_of_a_slot_that_was_never_closed_wait_again_one_by_one(store: Store) -> None:
    first, second = submit(store, [1, 2]), submit(store, [3, 4, 5, 6])
    open_batches(store, 1, next_batch(first), next_batch(second))
    store.restart()
    left = waiting(store)
    assert [(entry.sequence, tuple(entry.positions)) for entry in left] == [
        (first.sequence, (0, 1)),
        (second.sequence, (0, 1, 2)),
        (second.sequence, (3,)),
    ]
    assert [ids_of(store, next_batch(entry)) for entry in left] == [(1, 2), (3, 4, 5), (6,)]


def test_a_pause_is_kept_until_the_next_one(store: Store) -> None:
    entry = submit(store, range(1, 10))
    assert store.journal.paused_until() == 0
    for number, paused_until in enumerate([70, None, 90], 1):
        slot = slot_of(store, number, next_batch(waiting(store)[0]))
        store.journal.open_slot(slot)
        store.journal.close_slot(slot, outcomes_of(slot), slot.opened, 0, paused_until)
        store.restart()
        assert store.journal.paused_until() == (90 if number == 3 else 70)
    assert progress(store, entry) == (9, set(), Status.COMPLETED)


def test_another_priority_moves_what_waits_and_what_is_called_again(store: Store) -> None:
    first, second = submit(store, range(1, 9)), submit(store, [9])
    slot = open_next(store, 1, second)
    close(store, slot, [Retry(1, 50, 70)])
    store.journal.reprioritise(second.sequence, Priority.HIGH)
    store.restart()
    assert find(store, second).ingestion.priority is Priority.HIGH
    assert [(entry.sequence, entry.priority) for entry in waiting(store)] == [
        (second.sequence, Priority.HIGH),
        (first.sequence, Priority.MEDIUM),
    ]


def test_the_release_state_of_an_ingestion_follows_its_changes(store: Store) -> None:
    entry = submit(store, range(1, 9), Priority.LOW)
    assert store.journal.release_states([entry.sequence])[entry.sequence] == ReleaseState(
        Priority.LOW, released=0, cancelled=False
    )
    release(store, 1, entry.split(1)[0])
    assert store.journal.release_states([entry.sequence])[entry.sequence].released == 1
    store.journal.reprioritise(entry.sequence, Priority.HIGH)
    assert store.journal.release_states([entry.sequence])[entry.sequence].priority is Priority.HIGH
    store.journal.cancel(entry.sequence, [])
    store.restart()
    assert store.journal.release_states([entry.sequence])[entry.sequence] == ReleaseState(
        Priority.HIGH, released=3, cancelled=True
    )


def test_the_release_state_of_an_ingestion_that_was_released_to_the_end_counts_all_its_ids(store: Store) -> None:
    entry = submit(store, [1, 2])
    finish(store, 1, entry)
    assert store.journal.release_states([entry.sequence])[entry.sequence] == ReleaseState(
        Priority.MEDIUM, released=2, cancelled=False
    )


def test_a_pause_of_an_operator_is_kept_until_it_is_taken_back(store: Store) -> None:
    assert store.journal.paused_at() is None
    store.journal.pause(70)
    store.journal.pause(90)
    store.restart()
    assert store.journal.paused_at() == 90
    store.journal.pause(None)
    store.journal.pause(None)
    assert store.journal.paused_at() is None
