"""The backlog: order, packing, and one entry for each ingestion."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from ingest_service.backlog.backlog import Backlog
from ingest_service.backlog.queue_depth import QueueDepth, depth_by_priority
from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Ingestion, Priority
from ingest_service.domain.packed_ids import PackedIds


def entry(sequence: int, ids: Sequence[int], priority: Priority = Priority.MEDIUM, batch_size: int = 3) -> Entry:
    ingestion = Ingestion(uuid4(), priority, batch_size, PackedIds.of(ids), created_at=0)
    return Entry.of(sequence, ingestion, range(len(ids)))


def taken(backlog: Backlog, room: int = 3, now: int = 0) -> list[int]:
    return [record_id for batch in backlog.take(room, now) for record_id in batch.ids]


def test_an_empty_backlog_gives_nothing_and_nobody_waits() -> None:
    backlog = Backlog()
    assert backlog.take(3, now=0) == ()
    assert backlog.ready() is None
    assert len(backlog) == 0


def test_a_million_ids_are_one_entry() -> None:
    backlog = Backlog()
    backlog.join(entry(1, range(1, 1_000_001)), ready=0)
    assert len(backlog) == 1
    assert taken(backlog) == [1, 2, 3]
    assert len(backlog) == 1


def test_priorities_go_high_medium_low() -> None:
    backlog = Backlog()
    for sequence, priority in enumerate([Priority.LOW, Priority.MEDIUM, Priority.HIGH]):
        backlog.join(entry(sequence, [10 + sequence], priority), ready=sequence)
    assert taken(backlog) == [12, 11, 10]


def test_taking_stops_at_the_first_batch_that_does_not_fit() -> None:
    backlog = Backlog()
    for sequence, ids in enumerate([[1, 2], [3, 4], [5]]):
        backlog.join(entry(sequence, ids), ready=0)
    assert taken(backlog) == [1, 2]
    assert taken(backlog) == [3, 4, 5]


def test_an_interrupted_batch_goes_before_the_later_ones_of_its_ingestion() -> None:
    backlog = Backlog()
    whole = entry(1, [1, 2, 3, 4, 5, 6])
    backlog.join(Entry.of(1, whole.ingestion, range(3, 6)), ready=0)
    backlog.join(Entry.of(1, whole.ingestion, (0, 1, 2)), ready=0)
    assert taken(backlog) == [1, 2, 3]
    assert taken(backlog) == [4, 5, 6]


def test_a_slot_is_ready_for_the_first_that_came_and_still_waits() -> None:
    backlog = Backlog()
    backlog.join(entry(1, [1, 2, 3, 4], Priority.LOW), ready=5)
    backlog.join(entry(2, [5, 6, 7], Priority.HIGH), ready=9)
    assert backlog.ready() == 5
    assert taken(backlog) == [5, 6, 7]
    assert backlog.ready() == 5
    assert taken(backlog) == [1, 2, 3]
    assert backlog.ready() == 5
    assert taken(backlog) == [4]
    assert backlog.ready() is None


def test_putting_says_whether_a_slot_may_open_earlier_because_of_it() -> None:
    backlog = Backlog()
    assert backlog.join(entry(1, [1]), ready=5)
    assert not backlog.join(entry(2, [2]), ready=6)
    backlog.take(3, now=5)
    assert backlog.join(entry(3, [3]), ready=7)
    backlog.take(3, now=7)
    backlog.put_later(entry(4, [4]), due=9)
    assert backlog.join(entry(5, [5]), ready=8)


def test_what_waits_for_later_is_not_taken_before_it_is_due_and_then_in_its_old_place() -> None:
    backlog = Backlog()
    first = entry(1, [1, 2, 3], Priority.HIGH)
    backlog.put_later(Entry.of(1, first.ingestion, (0, 2), attempts=1), due=9)
    backlog.join(entry(2, [4, 5, 6, 7], Priority.LOW), ready=0)
    assert taken(backlog, now=8) == [4, 5, 6]
    assert backlog.ready() == 0
    assert taken(backlog, now=9) == [1, 3, 7]
    assert backlog.ready() is None


def test_what_waits_for_later_makes_a_slot_ready_when_it_is_due() -> None:
    backlog = Backlog()
    for due in (9, 7):
        backlog.put_later(entry(due, [due]), due=due)
    assert backlog.ready() == 7
    assert taken(backlog, now=7) == [7]
    assert backlog.ready() == 9


def test_an_entry_that_comes_back_later_is_not_taken_for_its_former_self() -> None:
    backlog = Backlog()
    backlog.join(entry(1, [1, 2, 3], Priority.LOW), ready=0)
    backlog.join(entry(2, [4, 5, 6], Priority.HIGH), ready=1)
    (batch,) = backlog.take(3, now=1)
    backlog.put_later(Entry.of(2, batch.ingestion, batch.positions, attempts=1), due=50)
    assert taken(backlog, now=1) == [1, 2, 3]
    assert backlog.ready() == 50


def test_one_id_may_be_taken_alone_and_the_rest_of_its_batch_keeps_its_place() -> None:
    backlog = Backlog()
    backlog.join(entry(1, [1, 2, 3, 4]), ready=0)
    assert [batch.ids for batch in backlog.take(3, now=0, probe=True)] == [(1,)]
    assert [batch.ids for batch in backlog.take(3, now=0)] == [(2, 3), (4,)]
    assert backlog.ready() is None


submissions = st.lists(st.tuples(st.sampled_from(Priority), st.integers(1, 9), st.integers(1, 4)), max_size=20)


@given(submissions, st.integers(4, 6))
def test_everything_is_taken_once_in_strict_order_and_in_whole_batches(
    wanted: list[tuple[Priority, int, int]], room: int
) -> None:
    backlog = Backlog()
    expected: list[tuple[Priority, int, int, tuple[int, ...]]] = []
    for sequence, (priority, count, size) in enumerate(wanted):
        backlog.join(entry(sequence, range(1, count + 1), priority, size), ready=sequence)
        cuts = range(1, count + 1, size)
        expected += [
            (priority, sequence, n, tuple(range(i, min(i + size, count + 1)))) for n, i in enumerate(cuts)
        ]
    released = []
    while batches := backlog.take(room, now=0):
        assert sum(len(batch.ids) for batch in batches) <= room
        released += [(wanted[b.sequence][0], b.sequence, b.number, b.ids) for b in batches]
    assert released == sorted(expected)
    assert len(backlog) == 0


def test_the_ingestion_itself_is_never_compared() -> None:
    first, second = entry(1, [1]), entry(1, [2])
    assert isinstance(first.ingestion.id, UUID)
    assert first == second
    assert not first < second


def test_what_came_and_went_leaves_nothing_behind_while_something_old_waits() -> None:
    backlog = Backlog()
    backlog.join(entry(0, [1], Priority.LOW), ready=0)
    for sequence in range(1, 500):
        backlog.join(entry(sequence, [2, 3, 4], Priority.HIGH), ready=sequence)
        backlog.take(3, now=sequence)
    assert len(backlog._waiting._readies) <= 4
    assert len(backlog) == 1


def test_a_removed_ingestion_is_never_taken_and_the_rest_keeps_its_order() -> None:
    backlog = Backlog()
    for sequence in range(4):
        backlog.join(entry(sequence, [10 * sequence + 1, 10 * sequence + 2, 10 * sequence + 3]), ready=sequence)
    backlog.remove(0)
    backlog.remove(2)
    assert backlog.ready() == 1
    assert [batch.sequence for _ in range(2) for batch in backlog.take(3, now=9)] == [1, 3]
    assert (len(backlog), backlog.ready()) == (0, None)


def test_an_ingestion_with_another_priority_takes_its_place_by_its_sequence() -> None:
    backlog = Backlog()
    for sequence, priority in enumerate([Priority.LOW, Priority.HIGH, Priority.LOW, Priority.HIGH]):
        backlog.join(entry(sequence, [sequence + 1] * 3, priority), ready=0)
    backlog.reprioritise(2, Priority.HIGH)
    taken = [backlog.take(3, now=0)[0] for _ in range(4)]
    assert [batch.sequence for batch in taken] == [1, 2, 3, 0]
    assert taken[1].ingestion.priority is Priority.HIGH


def test_a_priority_that_goes_and_comes_back_doubles_nothing() -> None:
    backlog = Backlog()
    backlog.join(entry(0, range(1, 7), Priority.HIGH), ready=0)
    backlog.join(entry(1, range(11, 17), Priority.HIGH), ready=0)
    for priority in (Priority.LOW, Priority.HIGH, Priority.LOW, Priority.HIGH):
        backlog.reprioritise(0, priority)
    ids = [record_id for _ in range(4) for batch in backlog.take(3, now=0) for record_id in batch.ids]
    assert ids == [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16]
    assert backlog.ready() is None


def test_what_waits_for_later_keeps_its_time_in_another_place() -> None:
    backlog = Backlog()
    backlog.put_later(entry(0, [1, 2, 3], Priority.LOW), due=5)
    backlog.join(entry(1, [4, 5, 6]), ready=0)
    backlog.reprioritise(0, Priority.HIGH)
    assert [batch.sequence for batch in backlog.take(3, now=4)] == [1]
    assert backlog.ready() == 5
    assert [batch.sequence for batch in backlog.take(3, now=5)] == [0]


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
    backlog.join(entry(0, range(1, 7)), ready=0)
    batches = backlog.take(3, now=0)
    assert (backlog.ids, backlog.slots) == (3, 1)
    backlog.put_back(batches, ready=0)
    assert (backlog.ids, backlog.slots) == (6, 0)
    backlog.remove(0)
    assert backlog.ids == 0


def test_the_load_counts_what_waits_of_each_priority() -> None:
    backlog = Backlog()
    backlog.join(entry(0, range(1, 8), Priority.HIGH), ready=0)
    backlog.join(entry(1, [11], Priority.LOW), ready=0)
    backlog.put_later(entry(2, [21, 22], Priority.LOW), due=9)
    loads = depth_by_priority(backlog.entries())
    assert loads[Priority.HIGH] == QueueDepth(ingestions=1, batches=3, ids=7)
    assert loads[Priority.MEDIUM] == QueueDepth(ingestions=0, batches=0, ids=0)
    assert loads[Priority.LOW] == QueueDepth(ingestions=2, batches=2, ids=3)
