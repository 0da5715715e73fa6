"""Cancellations, in every store."""

from ingest_service.domain.ledger import Outcome, Retry
from ingest_service.domain.model import Priority, Status
from tests.doubles import VirtualClock
from tests.stores.steps import (
    close,
    find,
    finish,
    next_batch,
    open_batches,
    open_next,
    outcomes,
    outcomes_of,
    release,
    rest_of,
    rows_of,
    submit,
    waiting,
)
from tests.stores.store import Store

NO_MORE = Outcome(2, error="cancelled", attempts=0)


def test_a_cancelled_ingestion_that_never_started_is_cancelled_whole(store: Store) -> None:
    entry, other = submit(store, [1, 2, 3, 4]), submit(store, [5])
    store.journal.cancel(entry.sequence, [])
    store.restart()
    found = find(store, entry)
    assert (found.released, found.cancelled, found.status) == (0, True, Status.CANCELLED)
    assert +found.counts() == {Status.CANCELLED: 2}
    assert waiting(store) == [other]
    assert not find(store, other).cancelled


def test_the_batches_that_were_finished_before_a_cancel_stay_completed(store: Store) -> None:
    entry = submit(store, range(1, 9))
    release(store, 1, next_batch(entry))
    store.journal.cancel(entry.sequence, [])
    found = find(store, entry)
    assert (found.released, found.status) == (3, Status.CANCELLED)
    assert +found.counts() == {Status.COMPLETED: 1, Status.CANCELLED: 2}
    assert len(outcomes(store, entry)) == 3


def test_a_batch_that_is_being_called_at_a_cancel_ends_as_ever(store: Store) -> None:
    entry = submit(store, range(1, 9))
    slot = open_next(store, 1, entry)
    store.journal.cancel(entry.sequence, [])
    assert find(store, entry).status is Status.TRIGGERED
    close(store, slot, outcomes_of(slot))
    store.restart()
    assert find(store, entry).status is Status.CANCELLED
    assert len(outcomes(store, entry)) == 3


def test_ids_that_wait_to_be_called_again_at_a_cancel_get_the_outcomes_given(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4])
    slot = open_next(store, 1, entry)
    close(store, slot, [Outcome(1), Retry(1, due=50, due_at=70), Outcome(3)])
    store.journal.cancel(entry.sequence, [(1, NO_MORE)])
    store.restart()
    assert find(store, entry).status is Status.CANCELLED
    assert outcomes(store, entry) == [(0, Outcome(1)), (1, NO_MORE), (2, Outcome(3))]
    assert list(store.records.failed_ids(entry.ingestion.id)) == [2]
    assert waiting(store) == []


def test_a_batch_that_was_released_in_part_is_finished_by_the_outcomes_of_the_rest(store: Store) -> None:
    entry = submit(store, range(1, 9))
    release(store, 1, entry.split(1)[0])
    store.journal.cancel(entry.sequence, [(1, NO_MORE), (2, NO_MORE)])
    store.restart()
    found = find(store, entry)
    assert (found.released, found.status, found.open) == (3, Status.CANCELLED, frozenset())
    assert +found.counts() == {Status.COMPLETED: 1, Status.CANCELLED: 2}


def test_the_last_batch_is_counted_no_larger_than_it_is(store: Store) -> None:
    entry = submit(store, [1, 2])
    release(store, 1, entry.split(1)[0])
    store.journal.cancel(entry.sequence, [(1, NO_MORE)])
    found = find(store, entry)
    assert (found.released, found.cancelled, found.status) == (2, True, Status.COMPLETED)


def test_a_cancel_when_all_was_released_leaves_the_ingestion_to_be_completed(store: Store) -> None:
    entry = submit(store, [1, 2])
    slot = open_next(store, 1, entry)
    store.journal.cancel(entry.sequence, [])
    close(store, slot, outcomes_of(slot))
    found = find(store, entry)
    assert (found.released, found.cancelled, found.status) == (2, True, Status.COMPLETED)


def test_only_what_was_in_flight_at_a_crash_comes_back_of_a_cancelled_ingestion(store: Store) -> None:
    entry = submit(store, range(1, 9))
    first = open_next(store, 1, entry)
    close(store, first, [Retry(1, 50, 70), Outcome(2), Retry(1, 50, 70)])
    again, _ = waiting(store)[0].split(1)
    open_batches(store, 2, again, rest_of(entry).split(1)[0])
    store.journal.cancel(entry.sequence, [(2, NO_MORE), (4, NO_MORE), (5, NO_MORE)])
    store.restart()
    left = list(store.journal.waiting(0))
    assert sorted((tuple(entry.positions), entry.attempts, due) for entry, due in left) == [
        ((0,), 1, 70),
        ((3,), 0, 0),
    ]
    finish(store, 3, left[0][0])
    finish(store, 4, left[1][0])
    assert find(store, entry).status is Status.CANCELLED
    assert waiting(store) == []


def test_what_was_in_flight_at_an_earlier_crash_and_has_an_outcome_by_the_cancel_does_not_come_back(
    store: Store,
) -> None:
    entry = submit(store, [1, 2, 3])
    open_next(store, 1, entry)
    store.restart()
    open_batches(store, 2, waiting(store)[0].split(1)[0])
    store.journal.cancel(entry.sequence, [(1, NO_MORE), (2, NO_MORE)])
    store.restart()
    assert [tuple(left.positions) for left in waiting(store)] == [(0,)]


def test_what_waits_to_be_called_again_does_not_come_back_even_without_an_outcome(store: Store) -> None:
    entry = submit(store, range(1, 9))
    close(store, open_next(store, 1, entry), [Retry(1, 50, 70), Outcome(2), Outcome(3)])
    store.journal.cancel(entry.sequence, [])
    store.restart()
    assert waiting(store) == []


def test_what_never_was_released_does_not_come_back_even_without_an_outcome(store: Store) -> None:
    entry = submit(store, range(1, 9))
    release(store, 1, entry.split(1)[0])
    store.journal.cancel(entry.sequence, [])
    store.restart()
    assert waiting(store) == []


def test_the_first_cancel_stays(store: Store, clock: VirtualClock) -> None:
    entry = submit(store, range(1, 9))
    release(store, 1, entry.split(1)[0])
    store.journal.cancel(entry.sequence, [(1, NO_MORE), (2, NO_MORE)])
    cancelled_at, before = clock.wall(), find(store, entry)
    clock.time += 1000
    store.journal.cancel(entry.sequence, [(1, Outcome(2, "other"))])
    assert find(store, entry) == before
    assert outcomes(store, entry, 0, 1) == [(1, NO_MORE)]
    assert store.records.prune(cancelled_at + 1, 0, 100)


def test_a_cancel_or_a_priority_of_an_unknown_ingestion_changes_nothing(store: Store) -> None:
    entry = submit(store, [1])
    store.journal.cancel(99, [(0, NO_MORE)])
    store.journal.reprioritise(99, Priority.HIGH)
    assert waiting(store) == [entry]
    assert rows_of(store, 99) == 0
