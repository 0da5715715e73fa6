"""Every store keeps what it was given, over a stop and a start too."""

from uuid import UUID, uuid4

import pytest

from ingest_service.domain.ledger import Outcome
from ingest_service.domain.model import Priority, Status
from ingest_service.errors import StoreStopped
from tests.stores.steps import close, find, next_batch, open_next, outcomes, progress, slot_of, submit, waiting
from tests.stores.store import Store


def test_an_accepted_submission_is_found_as_it_was_given(store: Store) -> None:
    entry = submit(store, [5, 5, 1_000_000_007, 1], Priority.HIGH)
    store.restart()
    ingestion = find(store, entry).ingestion
    assert ingestion == entry.ingestion
    assert (ingestion.priority, ingestion.id_count, ingestion.deadline) == (Priority.HIGH, 4, None)
    assert list(store.records.ids(entry.sequence)) == [5, 5, 1_000_000_007, 1]
    assert progress(store, entry) == (0, set(), Status.YET_TO_START)


def test_a_deadline_is_kept(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4], deadline=5 * 10**18)
    open_next(store, 1, entry)
    store.restart()
    assert find(store, entry).ingestion.deadline == 5 * 10**18
    assert [left.ingestion.deadline for left in waiting(store)] == [5 * 10**18] * 2


def test_an_unknown_ingestion_is_not_found(store: Store) -> None:
    assert store.records.progress(uuid4()) is None
    assert store.records.outcomes(uuid4(), -1, 10) is None
    assert store.records.ingestion(uuid4()) is None
    assert store.records.batches(uuid4(), -1, 10) is None
    assert list(store.records.failed_ids(uuid4())) == []
    assert list(store.records.ids(7)) == []


def test_outcomes_are_kept_in_the_order_of_the_ids_results_and_errors_alike(store: Store) -> None:
    entry = submit(store, [7, 7, 3, 9])
    slot = slot_of(store, 1, next_batch(entry))
    given = [
        Outcome(7, '{"n":[1,null,"ü"]}', None, 1, 200),
        Outcome(7, None, "HTTP 404 Not Found", 2, 404),
        Outcome(3, "null"),
    ]
    store.journal.open_slot(slot)
    close(store, slot, given)
    store.restart()
    assert outcomes(store, entry) == list(enumerate(given))
    assert outcomes(store, entry, 0, 1) == [(1, given[1])]
    assert outcomes(store, entry, 2, 10) == []
    assert list(store.records.failed_ids(entry.ingestion.id)) == [7]


def test_a_stopped_store_says_so(store: Store) -> None:
    store.stop()
    store.stop()
    assert not store.records.alive
    for ask in (
        lambda: store.records.progress(UUID(int=0)),
        lambda: submit(store, [1]),
        lambda: list(store.journal.waiting(0)),
    ):
        with pytest.raises(StoreStopped, match="the store has been stopped"):
            ask()


def test_a_store_may_be_started_twice(store: Store) -> None:
    entry = submit(store, [1])
    store.start()
    assert store.records.alive
    assert store.records.progress(entry.ingestion.id) is not None
