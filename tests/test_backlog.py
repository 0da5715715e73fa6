"""The backlog: order, packing, and one entry for each ingestion."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from ingest_service.backlog import Backlog
from ingest_service.domain import Entry, Ingestion, Priority
from ingest_service.packed_ids import PackedIds


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
    backlog.put(entry(1, range(1, 1_000_001)), ready=0)
    assert len(backlog) == 1
    assert taken(backlog) == [1, 2, 3]
    assert len(backlog) == 1


def test_priorities_go_high_medium_low() -> None:
    backlog = Backlog()
    for sequence, priority in enumerate([Priority.LOW, Priority.MEDIUM, Priority.HIGH]):
        backlog.put(entry(sequence, [10 + sequence], priority), ready=sequence)
    assert taken(backlog) == [12, 11, 10]


def test_taking_stops_at_the_first_batch_that_does_not_fit() -> None:
    backlog = Backlog()
    for sequence, ids in enumerate([[1, 2], [3, 4], [5]]):
        backlog.put(entry(sequence, ids), ready=0)
    assert taken(backlog) == [1, 2]
    assert taken(backlog) == [3, 4, 5]


def test_an_interrupted_batch_goes_before_the_later_ones_of_its_ingestion() -> None:
    backlog = Backlog()
    whole = entry(1, [1, 2, 3, 4, 5, 6])
    backlog.put(Entry.of(1, whole.ingestion, range(3, 6)), ready=0)
    backlog.put(Entry.of(1, whole.ingestion, (0, 1, 2)), ready=0)
    assert taken(backlog) == [1, 2, 3]
    assert taken(backlog) == [4, 5, 6]


def test_a_slot_is_ready_for_the_first_that_came_and_still_waits() -> None:
    backlog = Backlog()
    backlog.put(entry(1, [1, 2, 3, 4], Priority.LOW), ready=5)
    backlog.put(entry(2, [5, 6, 7], Priority.HIGH), ready=9)
    assert backlog.ready() == 5
    assert taken(backlog) == [5, 6, 7]
    assert backlog.ready() == 5
    assert taken(backlog) == [1, 2, 3]
    assert backlog.ready() == 5
    assert taken(backlog) == [4]
    assert backlog.ready() is None


def test_putting_says_whether_a_slot_may_open_earlier_because_of_it() -> None:
    backlog = Backlog()
    assert backlog.put(entry(1, [1]), ready=5)
    assert not backlog.put(entry(2, [2]), ready=6)
    backlog.take(3, now=5)
    assert backlog.put(entry(3, [3]), ready=7)
    backlog.take(3, now=7)
    backlog.put_later(entry(4, [4]), due=9)
    assert backlog.put(entry(5, [5]), ready=8)


def test_what_waits_for_later_is_not_taken_before_it_is_due_and_then_in_its_old_place() -> None:
    backlog = Backlog()
    first = entry(1, [1, 2, 3], Priority.HIGH)
    backlog.put_later(Entry.of(1, first.ingestion, (0, 2), attempts=1), due=9)
    backlog.put(entry(2, [4, 5, 6, 7], Priority.LOW), ready=0)
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
    backlog.put(entry(1, [1, 2, 3], Priority.LOW), ready=0)
    backlog.put(entry(2, [4, 5, 6], Priority.HIGH), ready=1)
    (batch,) = backlog.take(3, now=1)
    backlog.put_later(Entry.of(2, batch.ingestion, batch.positions, attempts=1), due=50)
    assert taken(backlog, now=1) == [1, 2, 3]
    assert backlog.ready() == 50


def test_one_id_may_be_taken_alone_and_the_rest_of_its_batch_keeps_its_place() -> None:
    backlog = Backlog()
    backlog.put(entry(1, [1, 2, 3, 4]), ready=0)
    assert [batch.ids for batch in backlog.take_one(now=0)] == [(1,)]
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
        backlog.put(entry(sequence, range(1, count + 1), priority, size), ready=sequence)
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
