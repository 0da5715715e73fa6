"""Lists and counts of ingestions, in every store."""

from itertools import count

import pytest
from ingest_service.ports.store import ListFilter, Store

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import Outcome, Retry
from ingest_service.domain.model import Priority, Status
from tests.stores.steps import close, find, finish, next_batch, open_next, release, rest_of, restart, submit

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


@pytest.fixture
def every(store: Store) -> Every:
    """Ingestions of three batches in every state there is; LOW and HIGH in turn."""
    names = EXPECTED[None][::-1]
    every = {name: submit(store, range(1, 8), Priority(place % 2 * 2)) for place, name in enumerate(names)}
    slots = count(1)
    for name in ("begun", "cancelled midway"):
        release(store, next(slots), next_batch(every[name]))
    release(store, next(slots), next_batch(every["last in flight"]), next_batch(rest_of(every["last in flight"])))
    open_next(store, next(slots), rest_of(rest_of(every["last in flight"])))
    for name in ("in flight", "cancelled in flight"):
        open_next(store, next(slots), every[name])
    close(store, open_next(store, next(slots), every["called again"]), [Outcome(1), Outcome(2), Retry(1, 50, 70)])
    for name in ("completed", "cancelled too late"):
        finish(store, next(slots) * 10, every[name])
    for name in ("cancelled", "cancelled midway", "cancelled too late", "cancelled in flight"):
        store.cancel(every[name].sequence, [])
    restart(store)
    return every


def names(store: Store, every: Every, wanted: ListFilter) -> list[str]:
    by_sequence = {entry.sequence: name for name, entry in every.items()}
    return [by_sequence[progress.sequence] for progress in store.listed(wanted)]


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
    listed = store.listed(ListFilter(None, None, ALL, 99))
    assert listed == [find(store, every[name]) for name in EXPECTED[None]]


def test_an_ingestion_is_listed_under_the_priority_it_has_now(store: Store, every: Every) -> None:
    store.reprioritise(every["waits"].sequence, Priority.MEDIUM)
    assert names(store, every, ListFilter(None, Priority.MEDIUM, ALL, 99)) == ["waits"]


def test_batches_are_counted_by_priority_and_status(store: Store, every: Every) -> None:
    counts = dict(store.batch_counts())
    assert counts == {
        (priority, status): number
        for priority in (Priority.HIGH, Priority.LOW)
        for status in Status
        if (number := sum(find(store, e).counts()[status] for e in every.values() if e.priority is priority))
    }
    assert sum(counts.values()) == 33


def test_an_empty_store_lists_and_counts_nothing(store: Store) -> None:
    assert store.listed(ListFilter(None, None, ALL, 99)) == []
    assert store.batch_counts() == {}
    assert store.failed_counts([]) == {}


def test_a_batch_released_in_part_is_counted_once(store: Store) -> None:
    entry = submit(store, range(1, 8))
    release(store, 1, entry.split(1)[0])
    assert store.batch_counts() == {
        (Priority.MEDIUM, Status.TRIGGERED): 1,
        (Priority.MEDIUM, Status.YET_TO_START): 2,
    }


def test_the_ids_that_failed_are_counted_for_each_ingestion_asked_for(store: Store) -> None:
    entries = [submit(store, [1, 2, 3]) for _ in range(3)]
    for number, entry in enumerate(entries):
        verdicts = [Outcome(1, None, "HTTP 500")] * number + [Outcome(1, "{}")] * (3 - number)
        close(store, open_next(store, number + 1, entry), verdicts)
    store.cancel(entries[0].sequence, [])
    first, second, third = (entry.sequence for entry in entries)
    assert store.failed_counts([first, third]) == {first: 0, third: 2}
    assert store.failed_counts([second]) == {second: 1}
