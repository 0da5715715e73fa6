"""The backlog: order, packing, and one entry for each ingestion."""

import gc
from collections.abc import Callable, Collection
from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.backlog.backlog import Backlog
from ingest_service.backlog.packing import ids_in_next_slot
from ingest_service.backlog.queue_depth import depth_by_priority
from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Batch, Ingestion, Priority
from ingest_service.domain.queue_depth import QueueDepth
from ingest_service.domain.rate import RateLimit

THREE = RateLimit(slot_size=3, interval=1, linger=0, longest_pause=0)


def entry(
    sequence: int, count: int, priority: Priority = Priority.MEDIUM, batch_size: int = 3, ready: int = 0
) -> Entry:
    """Return the entry of a whole ingestion; the ids of the ingestion 2 are 21, 22, 23 and so on (see `ids`)."""
    ingestion = Ingestion(uuid4().int, priority, batch_size, count)
    return Entry.whole(sequence, ingestion, ready)


def ids(batch: Batch) -> tuple[int, ...]:
    return tuple(10 * batch.sequence + position + 1 for position in batch.positions)


def taken(backlog: Backlog, rate: RateLimit = THREE, now: int = 0) -> list[int]:
    return [record_id for batch in backlog.take(rate, now) for record_id in ids(batch)]


def test_an_empty_backlog_gives_nothing_and_nothing_waits() -> None:
    backlog = Backlog()
    assert backlog.take(THREE, now=0) == ()
    assert backlog.ready() is None
    assert len(backlog) == 0


def test_a_million_ids_are_one_entry() -> None:
    backlog = Backlog()
    backlog.join(entry(0, 1_000_000))
    assert len(backlog) == 1
    assert taken(backlog) == [1, 2, 3]
    assert len(backlog) == 1


def test_priorities_go_high_medium_low() -> None:
    backlog = Backlog()
    for sequence, priority in enumerate([Priority.LOW, Priority.MEDIUM, Priority.HIGH]):
        backlog.join(entry(sequence, 1, priority, ready=sequence))
    assert taken(backlog) == [21, 11, 1]


def test_taking_stops_at_the_first_batch_that_does_not_fit() -> None:
    backlog = Backlog()
    for sequence, count in enumerate([2, 2, 1]):
        backlog.join(entry(sequence, count))
    assert taken(backlog) == [1, 2]
    assert taken(backlog) == [11, 12, 21]


def test_an_interrupted_batch_goes_before_the_later_ones_of_its_ingestion() -> None:
    backlog = Backlog()
    whole = entry(1, 6)
    backlog.join(Entry.of(1, whole.ingestion, range(3, 6)))
    backlog.join(Entry.of(1, whole.ingestion, (0, 1, 2)))
    assert taken(backlog) == [11, 12, 13]
    assert taken(backlog) == [14, 15, 16]


def test_a_slot_is_ready_for_the_first_that_came_and_still_waits() -> None:
    backlog = Backlog()
    backlog.join(entry(1, 4, Priority.LOW, ready=5))
    backlog.join(entry(2, 3, Priority.HIGH, ready=9))
    assert backlog.ready() == 5
    assert taken(backlog) == [21, 22, 23]
    assert backlog.ready() == 5
    assert taken(backlog) == [11, 12, 13]
    assert backlog.ready() == 5
    assert taken(backlog) == [14]
    assert backlog.ready() is None


def test_joining_returns_whether_a_slot_may_open_earlier_because_of_it() -> None:
    backlog = Backlog()
    assert backlog.join(entry(1, 1, ready=5))
    assert not backlog.join(entry(2, 1, ready=6))
    backlog.take(THREE, now=5)
    assert backlog.join(entry(3, 1, ready=7))
    backlog.take(THREE, now=7)
    backlog.put_later(entry(4, 1, ready=9))
    assert backlog.join(entry(5, 1, ready=8))


@pytest.mark.parametrize("put", [Backlog.join, Backlog.put_later])
def test_joining_when_something_else_is_ready_opens_no_slot_earlier(
    put: Callable[[Backlog, Entry], object],
) -> None:
    backlog = Backlog()
    put(backlog, entry(1, 1, ready=9))
    assert not backlog.join(entry(2, 1, ready=9))


def test_what_waits_for_later_is_not_taken_before_it_is_due_and_then_in_its_old_place() -> None:
    backlog = Backlog()
    first = entry(1, 3, Priority.HIGH)
    backlog.put_later(Entry.of(1, first.ingestion, (0, 2), attempts=1, ready=9))
    backlog.join(entry(2, 4, Priority.LOW))
    assert taken(backlog, now=8) == [21, 22, 23]
    assert backlog.ready() == 0
    assert taken(backlog, now=9) == [11, 13, 24]
    assert backlog.ready() is None


def test_what_waits_for_later_makes_a_slot_ready_when_it_is_due() -> None:
    backlog = Backlog()
    for due in (9, 7):
        backlog.put_later(entry(due, 1, ready=due))
    assert backlog.ready() == 7
    assert taken(backlog, now=7) == [71]
    assert backlog.ready() == 9


def test_an_entry_that_comes_back_later_is_not_taken_for_its_former_self() -> None:
    backlog = Backlog()
    backlog.join(entry(1, 3, Priority.LOW))
    backlog.join(entry(2, 3, Priority.HIGH, ready=1))
    (batch,) = backlog.take(THREE, now=1)
    backlog.put_later(Entry.of(2, batch.ingestion, batch.positions, attempts=1, ready=50))
    assert taken(backlog, now=1) == [11, 12, 13]
    assert backlog.ready() == 50


def test_one_id_may_be_taken_alone_and_the_rest_of_its_batch_keeps_its_place() -> None:
    backlog = Backlog()
    backlog.join(entry(0, 4))
    assert [ids(batch) for batch in backlog.take(THREE, now=0, probe=True)] == [(1,)]
    assert [ids(batch) for batch in backlog.take(THREE, now=0)] == [(2, 3), (4,)]
    assert backlog.ready() is None


submissions = st.lists(st.tuples(st.sampled_from(Priority), st.integers(1, 9), st.integers(1, 4)), max_size=20)


@given(submissions, st.integers(4, 6))
def test_everything_is_taken_once_in_strict_order_and_in_whole_batches(
    wanted: list[tuple[Priority, int, int]], room: int
) -> None:
    backlog = Backlog()
    expected: list[tuple[Priority, int, int, tuple[int, ...]]] = []
    for sequence, (priority, count, size) in enumerate(wanted):
        backlog.join(entry(sequence, count, priority, size, ready=sequence))
        cuts = range(0, count, size)
        expected += [(priority, sequence, n, tuple(range(i, min(i + size, count)))) for n, i in enumerate(cuts)]
    released = []
    while batches := backlog.take(replace(THREE, slot_size=room), now=0):
        assert sum(len(batch.positions) for batch in batches) <= room
        released += [(wanted[b.sequence][0], b.sequence, b.number, tuple(b.positions)) for b in batches]
    assert released == sorted(expected)
    assert len(backlog) == 0


@given(submissions, st.integers(4, 6))
def test_where_slots_are_filled_the_same_ids_come_in_the_same_order_and_no_seat_stays_empty(
    wanted: list[tuple[Priority, int, int]], room: int
) -> None:
    backlog, filled = Backlog(), Backlog()
    for sequence, (priority, count, size) in enumerate(wanted):
        for one in (backlog, filled):
            one.join(entry(sequence, count, priority, size, ready=sequence))
    whole = replace(THREE, slot_size=room)
    in_order = [one for _ in range(len(wanted) * 9) for one in taken(backlog, whole)]
    slots = []
    while slot := taken(filled, replace(whole, fills=True)):
        slots.append(slot)
    assert [one for slot in slots for one in slot] == in_order
    assert all(len(slot) == room for slot in slots[:-1])


def test_a_batch_that_was_split_goes_on_before_everything_behind_it() -> None:
    backlog = Backlog()
    backlog.join(entry(0, 3, batch_size=2))
    backlog.join(entry(1, 3, batch_size=3))
    two = replace(THREE, slot_size=2, fills=True)
    assert [[ids(batch) for batch in backlog.take(two, now=0)] for _ in range(3)] == [
        [(1, 2)],
        [(3,), (11,)],
        [(12, 13)],
    ]


def test_the_first_are_the_ids_that_a_slot_would_take_now_and_still_wait() -> None:
    backlog = Backlog()
    backlog.join(entry(1, 9, Priority.LOW))
    backlog.join(entry(2, 2, Priority.HIGH))
    backlog.join(entry(3, 2))
    urgent = [(2, range(2)), (3, range(2)), (1, range(1))]
    assert [backlog.first(count) for count in (1, 2, 5)] == [[(2, range(1))], urgent[:1], urgent]
    assert backlog.first(99) == [*urgent[:2], (1, range(9))]
    assert taken(backlog) == [21, 22]


def test_the_first_leave_out_what_no_slot_may_take_yet() -> None:
    backlog = Backlog()
    backlog.put_later(entry(1, 3, Priority.HIGH, ready=9))
    assert backlog.first(3) == []
    backlog.join(entry(2, 3))
    assert backlog.first(3) == [(2, range(3))]


def test_the_ingestion_itself_is_never_compared() -> None:
    first, second = entry(1, 1), entry(1, 1)
    assert first.ingestion != second.ingestion
    assert first == second
    assert not first < second


def kept(numbers: Collection[int]) -> int:
    """Return the number of these ingestions that something still refers to."""
    gc.collect()
    return sum(isinstance(known, Ingestion) and known.number in numbers for known in gc.get_objects())


def test_what_was_taken_leaves_nothing_behind_while_something_old_waits() -> None:
    backlog = Backlog()
    backlog.join(entry(0, 1, Priority.LOW))
    seen = []
    for sequence in range(1, 500):
        new = entry(sequence, 3, Priority.HIGH, ready=sequence)
        seen.append(new.ingestion.number)
        backlog.join(new)
        backlog.take(THREE, now=sequence)
    del new
    assert kept(seen) == 0
    assert len(backlog) == 1
    assert [waits.sequence for waits in backlog.snapshot()] == [0]


@pytest.mark.parametrize("put", [Backlog.join, Backlog.put_later])
def test_what_was_removed_leaves_almost_nothing_behind_while_something_old_waits(
    put: Callable[[Backlog, Entry], object],
) -> None:
    backlog = Backlog()
    backlog.join(entry(0, 1, Priority.HIGH))
    seen = []
    for sequence in range(1, 500):
        new = entry(sequence, 3, Priority.LOW, ready=sequence)
        seen.append(new.ingestion.number)
        put(backlog, new)
        backlog.remove(sequence)
    del new
    assert kept(seen) <= 4
    assert len(backlog) == 1


@pytest.mark.parametrize(("joined", "most"), [(4, 2), (5, 2)])
def test_what_was_removed_stays_until_it_is_the_larger_part(joined: int, most: int) -> None:
    backlog = Backlog()
    seen = []
    for sequence in range(joined):
        new = entry(sequence, 3)
        seen.append(new.ingestion.number)
        backlog.join(new)
    del new
    for sequence in range(1, most + 2):
        assert kept(seen) == joined
        backlog.remove(sequence)
    assert kept(seen) == joined - most - 1


def test_a_removed_ingestion_is_never_taken_and_the_rest_keeps_its_order() -> None:
    backlog = Backlog()
    for sequence in range(4):
        backlog.join(entry(sequence, 3, ready=sequence))
    backlog.remove(0)
    backlog.remove(2)
    assert backlog.ready() == 1
    assert [batch.sequence for _ in range(2) for batch in backlog.take(THREE, now=9)] == [1, 3]
    assert (len(backlog), backlog.ready()) == (0, None)


def test_an_ingestion_with_another_priority_takes_its_place_by_its_sequence() -> None:
    backlog = Backlog()
    for sequence, priority in enumerate([Priority.LOW, Priority.HIGH, Priority.LOW, Priority.HIGH]):
        backlog.join(entry(sequence, 3, priority))
    backlog.reprioritise(2, Priority.HIGH)
    taken = [backlog.take(THREE, now=0)[0] for _ in range(4)]
    assert [batch.sequence for batch in taken] == [1, 2, 3, 0]
    assert taken[1].ingestion.priority is Priority.HIGH


def test_a_priority_that_goes_and_comes_back_doubles_nothing() -> None:
    backlog = Backlog()
    backlog.join(entry(0, 6, Priority.HIGH))
    backlog.join(entry(1, 6, Priority.HIGH))
    for priority in (Priority.LOW, Priority.HIGH, Priority.LOW, Priority.HIGH):
        backlog.reprioritise(0, priority)
    assert [record_id for _ in range(4) for record_id in taken(backlog)] == [
        *(1, 2, 3, 4, 5, 6),
        *(11, 12, 13, 14, 15, 16),
    ]
    assert backlog.ready() is None


def test_what_waits_for_later_keeps_its_time_in_another_place() -> None:
    backlog = Backlog()
    backlog.put_later(entry(0, 3, Priority.LOW, ready=5))
    backlog.join(entry(1, 3))
    backlog.reprioritise(0, Priority.HIGH)
    assert [batch.sequence for batch in backlog.take(THREE, now=4)] == [1]
    assert backlog.ready() == 5
    assert [batch.sequence for batch in backlog.take(THREE, now=5)] == [0]


def test_room_is_kept_up_to_the_bound_and_not_beyond() -> None:
    backlog = Backlog()
    assert backlog.reserve(7, most=10) is None
    assert backlog.reserve(4, most=10) == 1
    assert backlog.reserve(3, most=10) is None
    assert backlog.reserve(1, most=10) == 1
    backlog.give_back(3)
    assert (backlog.ids, backlog.reserve(3, most=10)) == (7, None)


def test_ids_that_were_taken_make_room_and_those_put_back_take_it_again() -> None:
    backlog = Backlog()
    backlog.reserve(6, most=10)
    backlog.join(entry(0, 6))
    batches = backlog.take(THREE, now=0)
    assert (backlog.ids, backlog.snapshot().slots) == (3, 1)
    backlog.put_back(batches, ready=0)
    assert (backlog.ids, backlog.snapshot().slots) == (6, 0)
    backlog.remove(0)
    assert backlog.ids == 0


@pytest.mark.parametrize("probe", [False, True])
def test_the_next_slot_of_an_empty_backlog_would_carry_nothing_not_even_a_probe(probe: bool) -> None:
    backlog = Backlog()
    backlog.put_later(entry(0, 3, ready=9))
    assert backlog.ids_ahead(THREE, now=8, probe=probe) == 0
    assert backlog.ids_ahead(THREE, now=9, probe=probe) == (1 if probe else 3)


def test_what_the_next_slot_carries_is_found_without_a_look_at_what_is_behind_it() -> None:
    waiting = iter([entry(1, 6, batch_size=2), entry(2, 1)])
    assert ids_in_next_slot(waiting, RateLimit(4, 5, 0, 0), probe=False) == 4
    assert [behind.sequence for behind in waiting] == [2]


def test_ids_that_wait_for_later_take_room_each() -> None:
    backlog = Backlog()
    backlog.put_later(entry(0, 3, ready=9))
    backlog.put_later(entry(1, 2, ready=9))
    assert backlog.ids == 5


def test_batches_that_are_put_back_are_ready_from_the_time_given() -> None:
    backlog = Backlog()
    backlog.join(entry(0, 3))
    backlog.put_back(backlog.take(THREE, now=7), ready=7)
    assert backlog.ready() == 7


def test_batches_that_are_put_back_are_taken_again_as_they_were() -> None:
    backlog = Backlog()
    whole = entry(1, 3, Priority.HIGH)
    backlog.put_later(Entry.of(1, whole.ingestion, (0, 2), attempts=2, ready=4))
    backlog.join(entry(2, 4, Priority.LOW))
    batches = backlog.take(THREE, now=7)
    backlog.put_back(batches, ready=7)
    assert (len(backlog), backlog.ready()) == (2, 0)
    assert backlog.take(THREE, now=7) == batches


def test_a_loaded_backlog_holds_these_entries_and_nothing_else() -> None:
    backlog = Backlog()
    backlog.join(entry(9, 1, ready=1))
    backlog.load([entry(2, 2, ready=5), entry(1, 4, ready=5)])
    assert (len(backlog), backlog.ids, backlog.ready()) == (2, 6, 5)
    assert [taken(backlog) for _ in range(3)] == [[11, 12, 13], [14, 21, 22], []]


def test_a_snapshot_stays_as_it_was_taken() -> None:
    backlog = Backlog()
    backlog.join(entry(0, 3))
    backlog.put_later(entry(1, 3, ready=9))
    snapshot = backlog.snapshot()
    before = [(waits.sequence, waits.positions, waits.priority) for waits in snapshot]
    backlog.take(THREE, now=9)
    backlog.reprioritise(1, Priority.HIGH)
    backlog.join(entry(2, 3))
    backlog.remove(1)
    assert [(waits.sequence, waits.positions, waits.priority) for waits in snapshot] == before
    assert [waits.sequence for waits in snapshot.later] == [1]
    assert [waits.sequence for waits in backlog.snapshot()] == [2]


def test_the_depth_counts_what_waits_of_each_priority() -> None:
    backlog = Backlog()
    backlog.join(entry(0, 7, Priority.HIGH))
    backlog.join(entry(1, 1, Priority.LOW))
    backlog.put_later(entry(2, 2, Priority.LOW, ready=9))
    depths = depth_by_priority(backlog.snapshot())
    assert depths[Priority.HIGH] == QueueDepth(ingestions=1, batches=3, ids=7)
    assert depths[Priority.MEDIUM] == QueueDepth(ingestions=0, batches=0, ids=0)
    assert depths[Priority.LOW] == QueueDepth(ingestions=2, batches=2, ids=3)
