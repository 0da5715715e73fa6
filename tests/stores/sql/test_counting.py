"""Counts of batches and of failed ids, in every store."""

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import Outcome
from ingest_service.domain.model import LAST_SEQUENCE, Priority, Status
from ingest_service.ports.records import ListFilter
from tests.stores.steps import close, find, open_next, release, submit, summary
from tests.stores.store import Store


def test_batches_are_counted_by_priority_and_status(store: Store, every: dict[str, Entry]) -> None:
    counts = dict(store.records.batch_counts())
    assert counts == {
        (priority, status): number
        for priority in (Priority.HIGH, Priority.LOW)
        for status in Status
        if (number := sum(find(store, e).counts()[status] for e in every.values() if e.priority is priority))
    }
    assert sum(counts.values()) == 33


def test_a_batch_released_in_part_is_counted_once(store: Store) -> None:
    entry = submit(store, range(1, 8))
    release(store, 1, entry.split(1)[0])
    assert store.records.batch_counts() == {
        (Priority.MEDIUM, Status.TRIGGERED): 1,
        (Priority.MEDIUM, Status.YET_TO_START): 2,
    }


def test_the_ids_that_failed_are_counted_for_each_ingestion(store: Store) -> None:
    entries = [submit(store, [1, 2, 3]) for _ in range(3)]
    for number, entry in enumerate(entries):
        verdicts = [Outcome(1, None, "HTTP 500")] * number + [Outcome(1, "{}")] * (3 - number)
        close(store, open_next(store, number + 1, entry), verdicts)
    store.journal.cancel(entries[0].sequence, [])
    listed = store.records.listed(ListFilter(None, None, LAST_SEQUENCE, 99))
    assert [(progress.sequence, failed) for progress, failed in listed] == [
        (entry.sequence, number) for number, entry in reversed([*enumerate(entries)])
    ]
    cancelled = store.records.listed(ListFilter(Status.CANCELLED, None, LAST_SEQUENCE, 99))
    first, second, third = entries
    below = store.records.listed(ListFilter(None, None, third.sequence, 1))
    assert [(progress.sequence, failed) for progress, failed in cancelled + below] == [(second.sequence, 1)]
    assert [summary(store, entry).failed for entry in (first, second, third)] == [0, 1, 2]
