"""Lists and counts of ingestions, in every store."""

import pytest

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import Outcome
from ingest_service.domain.model import Priority, Status
from ingest_service.ports.records import ListFilter
from tests.stores.steps import close, find, open_next, submit
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


@pytest.mark.parametrize("status", EXPECTED)
def test_a_list_goes_back_to_what_is_nearest_above_a_sequence(
    store: Store, every: Every, status: Status | None
) -> None:
    *_, second, last = EXPECTED[status]
    above = every[last].sequence
    assert names(store, every, ListFilter(status, None, ALL, 1, above=above)) == [second]
    assert names(store, every, ListFilter(status, None, ALL, 99, above=above)) == EXPECTED[status][:-1]
    assert names(store, every, ListFilter(status, None, every[second].sequence, 9, above=above)) == []


@pytest.mark.parametrize("status", EXPECTED)
def test_an_ingestion_is_found_by_the_begin_of_its_id(store: Store, every: Every, status: Status | None) -> None:
    for name, entry in every.items():
        for digits in (4, 7, 32):
            prefix = entry.ingestion.id.hex[:digits]
            wanted = ListFilter(status, None, ALL, 99, id_prefix=prefix)
            assert (name in names(store, every, wanted)) == (name in EXPECTED[status])
            found = [progress.ingestion.id.hex[:digits] for progress, _ in store.records.listed(wanted)]
            assert set(found) <= {prefix}
    assert names(store, every, ListFilter(None, None, ALL, 99, id_prefix="f" * 32)) == []


def failing(store: Store, count: int) -> list[Entry]:
    """Submit ingestions of two ids, LOW and HIGH in turn; every third one has two ids that failed."""
    entries = [submit(store, [1, 2], Priority(place % 2 * 2)) for place in range(count)]
    for number, entry in enumerate(entries, 1):
        verdict = Outcome(1, None, "HTTP 404", 1, 404) if number % 3 == 0 else Outcome(1)
        close(store, open_next(store, number, entry), [verdict, verdict])
    return entries[2::3]


def test_a_list_has_only_ingestions_with_failed_ids_where_these_are_wanted(store: Store) -> None:
    expected = [(find(store, entry), 2) for entry in failing(store, 20)[::-1]]
    assert len(expected) == 6
    listed = store.records.listed
    assert listed(ListFilter(None, None, ALL, 99, failed=True)) == expected
    assert listed(ListFilter(None, None, ALL, 2, failed=True)) == expected[:2]
    sequences = [progress.sequence for progress, _ in expected]
    assert listed(ListFilter(None, None, sequences[1], 2, failed=True)) == expected[2:4]
    assert listed(ListFilter(None, None, ALL, 2, sequences[4], failed=True)) == expected[2:4]
    assert listed(ListFilter(None, None, sequences[2], 2, sequences[4], failed=True)) == expected[3:4]
    assert listed(ListFilter(Status.COMPLETED, Priority.LOW, ALL, 99, failed=True)) == expected[::2]
    assert listed(ListFilter(Status.CANCELLED, None, ALL, 99, failed=True)) == []
    prefix = expected[3][0].ingestion.id.hex
    assert listed(ListFilter(None, None, ALL, 99, failed=True, id_prefix=prefix)) == expected[3:4]


def test_an_ingestion_with_failed_ids_is_found_behind_many_that_do_not_fit(store: Store) -> None:
    oldest, *others = failing(store, 42)[::2]
    assert {entry.priority for entry in others} == {oldest.priority}
    store.journal.reprioritise(oldest.sequence, Priority.MEDIUM)
    wanted = ListFilter(None, Priority.MEDIUM, ALL, 1, failed=True)
    assert store.records.listed(wanted) == [(find(store, oldest), 2)]
