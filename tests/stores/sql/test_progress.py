"""Lists and counts of ingestions, in every store."""

import pytest

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Priority, Status
from ingest_service.ports.records import ListFilter
from tests.stores.steps import find
from tests.stores.store import Store

ALL = 10**9
Every = dict[str, Entry]

EXPECTED = {
    None: [
        *("waits too", "cancelled in flight", "cancelled too late", "cancelled midway", "cancelled", "completed"),
        *("called again", "in flight", "last in flight", "begun", "waits"),
    ],
    Status.YET_TO_START: ["waits too", "waits"],
    Status.TRIGGERED: ["cancelled in flight", "called again", "in flight", "last in flight", "begun"],
    Status.COMPLETED: ["cancelled too late", "completed"],
    Status.CANCELLED: ["cancelled midway", "cancelled"],
}


def names(store: Store, every: Every, wanted: ListFilter) -> list[str]:
    by_sequence = {entry.sequence: name for name, entry in every.items()}
    return [by_sequence[progress.sequence] for progress, _ in store.records.listed(wanted)]


@pytest.mark.parametrize("status", EXPECTED)
def test_ingestions_are_listed_by_status_the_newest_first(
    store: Store, every: Every, status: Status | None
) -> None:
    assert names(store, every, ListFilter(status, None, ALL, 99)) == EXPECTED[status]


@pytest.mark.parametrize("status", EXPECTED)
@pytest.mark.parametrize("priority", [Priority.HIGH, Priority.LOW])
def test_ingestions_are_listed_by_priority(
    store: Store, every: Every, status: Status | None, priority: Priority
) -> None:
    of_priority = [name for name in EXPECTED[status] if every[name].priority is priority]
    assert names(store, every, ListFilter(status, priority, ALL, 99)) == of_priority
    assert names(store, every, ListFilter(status, Priority.MEDIUM, ALL, 99)) == []


@pytest.mark.parametrize("status", EXPECTED)
def test_a_list_goes_on_below_a_sequence(store: Store, every: Every, status: Status | None) -> None:
    first, second, *_ = EXPECTED[status]
    assert names(store, every, ListFilter(status, None, ALL, 1)) == [first]
    assert names(store, every, ListFilter(status, None, every[first].sequence, 1)) == [second]
    assert names(store, every, ListFilter(status, None, 0, 1)) == []


def test_what_is_listed_is_what_is_found(store: Store, every: Every) -> None:
    listed = store.records.listed(ListFilter(None, None, ALL, 99))
    assert listed == [(find(store, every[name]), 0) for name in EXPECTED[None]]


def test_an_ingestion_is_listed_under_the_priority_it_has_now(store: Store, every: Every) -> None:
    store.journal.reprioritise(every["waits"].sequence, Priority.MEDIUM)
    assert names(store, every, ListFilter(None, Priority.MEDIUM, ALL, 99)) == ["waits"]


def test_an_empty_store_lists_and_counts_nothing(store: Store) -> None:
    assert store.records.listed(ListFilter(None, None, ALL, 99)) == []
    assert store.records.batch_counts() == {}
