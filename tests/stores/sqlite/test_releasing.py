"""Changes that come with the opening and the closing of a slot, in every store."""

from ingest_service.domain.ledger import Outcome, Retry
from ingest_service.domain.model import Status
from tests.stores.steps import (
    close,
    ids_of,
    next_batch,
    open_batches,
    outcomes_of,
    progress,
    release,
    slot_of,
    submit,
    waiting,
)
from tests.stores.store import Store


def test_a_released_batch_is_triggered_until_its_slot_is_closed(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4])
    slot = slot_of(store, 1, next_batch(entry))
    store.journal.open_slot(slot)
    assert progress(store, entry) == (3, {0}, Status.TRIGGERED)
    close(store, slot, outcomes_of(slot))
    assert progress(store, entry) == (3, set(), Status.TRIGGERED)


def test_an_ingestion_is_completed_when_its_last_batch_is(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4])
    last = entry.split(3)[1]
    assert last is not None
    release(store, 1, next_batch(entry), next_batch(last))
    store.restart()
    assert progress(store, entry) == (4, set(), Status.COMPLETED)
    assert waiting(store) == []


def test_what_was_released_waits_no_more(store: Store) -> None:
    entry = submit(store, range(1, 8))
    release(store, 1, next_batch(entry))
    store.restart()
    (left,) = waiting(store)
    assert left.positions == range(3, 7)
    assert ids_of(store, next_batch(left)) == (4, 5, 6)


def test_a_batch_that_is_released_again_is_finished_once(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4])
    open_batches(store, 1, next_batch(entry))
    store.restart()
    again = waiting(store)[0]
    release(store, 2, next_batch(again))
    assert progress(store, entry) == (3, set(), Status.TRIGGERED)
    (left,) = waiting(store)
    assert left.positions == range(3, 4)


def test_an_id_to_be_called_again_keeps_its_batch_open_and_waits_with_its_attempts(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4])
    slot = slot_of(store, 1, next_batch(entry))
    store.journal.open_slot(slot)
    close(store, slot, [Retry(1, due=50, due_at=70), Outcome(2), Retry(1, due=50, due_at=70)])
    store.restart()
    assert progress(store, entry) == (3, {0}, Status.TRIGGERED)
    (again, due_at), (rest, at_once) = sorted(store.journal.waiting(0))
    assert (again.positions, again.attempts, due_at) == ((0, 2), 1, 70)
    assert (rest.positions, rest.attempts, at_once) == (range(3, 4), 0, 0)
    assert ids_of(store, next_batch(again)) == (1, 3)


def test_a_batch_is_finished_by_the_outcome_of_its_last_id(store: Store) -> None:
    entry = submit(store, [1, 2, 3])
    slot = slot_of(store, 1, next_batch(entry))
    store.journal.open_slot(slot)
    close(store, slot, [Outcome(1), Retry(1, 50, 70), Outcome(3)])
    again = slot_of(store, 2, next_batch(waiting(store)[0]))
    store.journal.open_slot(again)
    close(store, again, [Outcome(2, None, "HTTP 500", 2, 500)])
    assert progress(store, entry) == (3, set(), Status.COMPLETED)
    assert waiting(store) == []


def test_a_batch_that_was_released_in_part_waits_with_the_rest_of_it(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4])
    one, _ = entry.split(1)
    slot = slot_of(store, 1, one)
    store.journal.open_slot(slot)
    close(store, slot, [Retry(1, due=50, due_at=70)])
    store.restart()
    assert progress(store, entry) == (1, {0}, Status.TRIGGERED)
    assert [tuple(left.positions) for left in waiting(store)] == [(0,), (1, 2, 3)]
