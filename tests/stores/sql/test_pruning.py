"""History that is removed, in every store."""

import pytest

from ingest_service.domain.ledger import Outcome, Retry, Slip
from ingest_service.domain.model import Status
from ingest_service.ports.records import ListFilter
from tests.doubles import VirtualClock
from tests.stores.steps import (
    close,
    find,
    finish,
    next_batch,
    open_next,
    outcomes,
    outcomes_of,
    release,
    rest_of,
    rows_of,
    submit,
    summary,
    waiting,
)
from tests.stores.store import Store

EVERYTHING = ListFilter(None, None, 10**9, 99)


def prune(store: Store, ended_before: int, most: int = 100) -> None:
    """Remove history to the last row."""
    while store.records.prune(ended_before, 0, most):
        pass


def numbers(store: Store) -> list[int]:
    return [slot.number for slot in store.records.slots(before=10**9, limit=99)]


def sequences(store: Store) -> list[int]:
    return [progress.sequence for progress, _ in store.records.listed(EVERYTHING)]


def later(clock: VirtualClock) -> int:
    """Let time pass, and return the time then."""
    clock.time += 1000
    return clock.wall()


def test_a_store_without_history_has_nothing_to_prune(store: Store, clock: VirtualClock) -> None:
    assert not store.records.prune(clock.wall(), clock.wall(), 100)


@pytest.mark.parametrize("most", [1, 2, 7, 100])
def test_an_ingestion_that_ended_long_ago_is_removed_with_all_that_belongs_to_it(
    store: Store, clock: VirtualClock, most: int
) -> None:
    entry, newer = submit(store, range(1, 9), key="k", deadline=7), submit(store, [9])
    store.records.add_slips({entry.sequence: Slip(1, 2, 3, "because")})
    finish(store, 1, entry)
    release(store, 9, next_batch(newer))
    store.journal.cancel(entry.sequence, [])
    prune(store, later(clock), most)
    store.restart()
    assert store.records.progress(entry.ingestion.id) is None
    assert sequences(store) == []
    assert store.records.outcomes(entry.ingestion.id, -1, 99) is None
    assert list(store.records.ids(entry.sequence)) == []
    assert store.records.ingestion(entry.ingestion.id) is None
    assert store.records.batches(entry.ingestion.id, -1, 99) is None
    assert rows_of(store, entry.sequence) == 0
    assert store.records.batch_counts() == {}
    assert numbers(store) == [9]


def test_what_waits_is_open_or_ended_later_is_kept(store: Store, clock: VirtualClock) -> None:
    waits, begun, in_flight, failing, done = (submit(store, range(1, 9)) for _ in range(5))
    release(store, 1, next_batch(begun))
    open_next(store, 2, in_flight)
    close(store, open_next(store, 3, failing), [Outcome(1), Outcome(2), Retry(1, 50, 70)])
    finish(store, 4, done)
    ended_at = summary(store, done).ended_at
    assert ended_at is not None
    before = store.records.listed(EVERYTHING)
    assert not store.records.prune(ended_at, 0, 100)
    assert store.records.listed(EVERYTHING) == before
    assert store.records.prune(ended_at + 1, 0, 100)
    prune(store, later(clock))
    assert sequences(store) == [entry.sequence for entry in (failing, in_flight, begun, waits)]
    assert len(outcomes(store, begun)) == 3
    assert len(outcomes(store, failing)) == 2
    assert sorted(numbers(store)) == [1, 2, 3, 6]


def test_an_ingestion_ends_with_the_last_of_its_slots(store: Store, clock: VirtualClock) -> None:
    entry = submit(store, [1, 2, 3, 4])
    release(store, 1, next_batch(entry))
    between = later(clock)
    release(store, 2, next_batch(rest_of(entry)))
    prune(store, between)
    assert find(store, entry).status is Status.COMPLETED
    prune(store, later(clock))
    assert store.records.progress(entry.ingestion.id) is None


def test_a_cancelled_ingestion_ends_when_it_was_cancelled_or_when_its_last_slot_was_closed(
    store: Store, clock: VirtualClock
) -> None:
    untouched, begun, in_flight = (submit(store, range(1, 9)) for _ in range(3))
    release(store, 1, next_batch(begun))
    slot = open_next(store, 2, in_flight)
    at_cancel = later(clock)
    for entry in (untouched, begun, in_flight):
        store.journal.cancel(entry.sequence, [])
    at_close = later(clock)
    close(store, slot, outcomes_of(slot))
    prune(store, at_cancel)
    assert len(sequences(store)) == 3
    prune(store, at_cancel + 1)
    assert sequences(store) == [in_flight.sequence]
    prune(store, at_close + 1)
    assert sequences(store) == []


def test_a_cancelled_ingestion_with_ids_in_flight_is_kept(store: Store, clock: VirtualClock) -> None:
    entry = submit(store, [1, 2, 3, 4])
    open_next(store, 1, entry)
    store.journal.cancel(entry.sequence, [])
    prune(store, later(clock))
    assert find(store, entry).status is Status.TRIGGERED
    assert len(waiting(store)) == 1


def test_a_slot_stays_as_long_as_it_has_calls_and_the_last_one_until_another_follows(
    store: Store, clock: VirtualClock
) -> None:
    done, other, begun = submit(store, [1]), submit(store, [2]), submit(store, [3, 4])
    release(store, 1, next_batch(done), begun.split(1)[0])
    finish(store, 2, other)
    prune(store, later(clock))
    _, slot = store.records.slots(before=99, limit=99)
    assert slot.calls == ((begun.ingestion.id, 0, 3),)
    finish(store, 3, begun.after(1))
    prune(store, later(clock))
    store.restart()
    assert numbers(store) == [3]
    last = store.journal.last_slot()
    assert last is not None
    assert (last.number, last.trusted) == (3, True)
    open_next(store, 4, submit(store, [4]))
    prune(store, later(clock))
    assert numbers(store) == [4]


def test_a_slot_that_was_never_closed_goes_with_its_last_call(store: Store, clock: VirtualClock) -> None:
    entry = submit(store, [1])
    open_next(store, 1, entry)
    store.restart()
    finish(store, 2, waiting(store)[0])
    finish(store, 3, submit(store, [2]))
    prune(store, later(clock))
    assert numbers(store) == [3]


def test_an_ingestion_is_removed_in_one_moment_for_those_who_read(store: Store, clock: VirtualClock) -> None:
    entries = [submit(store, range(1, 9), key=str(number)) for number in range(3)]
    for number, entry in enumerate(entries):
        finish(store, number * 10 + 1, entry)
    before = later(clock)
    more = True
    while more:
        more = store.records.prune(before, 0, 3)
        there = [entry.sequence for entry in reversed(entries) if store.records.progress(entry.ingestion.id)]
        assert sequences(store) == there
        for entry in entries:
            kept = entry.sequence in there
            found = store.records.outcomes(entry.ingestion.id, -1, 99)
            assert len(found or []) == (8 if kept else 0)
            assert (found is None, store.records.ingestion(entry.ingestion.id) is None) == (not kept, not kept)
            assert len(store.records.ids(entry.sequence)) == (8 if kept else 0)
            called = [call for slot in store.records.slots(before=99, limit=99) for call in slot.calls]
            assert len([call for call in called if call[0] == entry.ingestion.id]) == (8 if kept else 0)
    assert sequences(store) == []


def test_a_sequence_is_never_used_again(store: Store, clock: VirtualClock) -> None:
    entry = submit(store, [1])
    finish(store, 1, entry)
    prune(store, later(clock))
    store.restart()
    assert submit(store, [2]).sequence > entry.sequence
