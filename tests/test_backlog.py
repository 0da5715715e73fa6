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
    return Entry(priority, sequence, 0, ingestion.batch_count, ingestion)


def taken(backlog: Backlog, room: int = 3) -> list[int]:
    return [record_id for batch in backlog.take(room) for record_id in batch.ids]


def test_an_empty_backlog_gives_nothing_and_nobody_waits() -> None:
    backlog = Backlog()
    assert backlog.take(3) == ()
    assert backlog.longest_waiting() is None
    assert len(backlog) == 0


def test_a_million_ids_are_one_entry() -> None:
    backlog = Backlog()
    backlog.put(entry(1, range(1, 1_000_001)), arrived=0)
    assert len(backlog) == 1
    assert taken(backlog) == [1, 2, 3]
    assert len(backlog) == 1


def test_priorities_go_high_medium_low() -> None:
    backlog = Backlog()
    for sequence, priority in enumerate([Priority.LOW, Priority.MEDIUM, Priority.HIGH]):
        backlog.put(entry(sequence, [10 + sequence], priority), arrived=sequence)
    assert taken(backlog) == [12, 11, 10]


def test_taking_stops_at_the_first_batch_that_does_not_fit() -> None:
    backlog = Backlog()
    for sequence, ids in enumerate([[1, 2], [3, 4], [5]]):
        backlog.put(entry(sequence, ids), arrived=0)
    assert taken(backlog) == [1, 2]
    assert taken(backlog) == [3, 4, 5]


def test_an_interrupted_batch_goes_before_the_later_ones_of_its_ingestion() -> None:
    backlog = Backlog()
    whole = entry(1, [1, 2, 3, 4, 5, 6])
    backlog.put(Entry(whole.priority, 1, 1, 2, whole.ingestion), arrived=0)
    backlog.put(Entry(whole.priority, 1, 0, 1, whole.ingestion), arrived=0)
    assert taken(backlog) == [1, 2, 3]
    assert taken(backlog) == [4, 5, 6]


def test_the_longest_waiting_is_the_first_that_came_and_still_waits() -> None:
    backlog = Backlog()
    backlog.put(entry(1, [1, 2, 3, 4], Priority.LOW), arrived=5)
    backlog.put(entry(2, [5, 6, 7], Priority.HIGH), arrived=9)
    assert backlog.longest_waiting() == 5
    assert taken(backlog) == [5, 6, 7]
    assert backlog.longest_waiting() == 5
    assert taken(backlog) == [1, 2, 3]
    assert backlog.longest_waiting() == 5
    assert taken(backlog) == [4]
    assert backlog.longest_waiting() is None


def test_putting_says_whether_nobody_waited_before() -> None:
    backlog = Backlog()
    assert backlog.put(entry(1, [1]), arrived=0)
    assert not backlog.put(entry(2, [2]), arrived=1)
    backlog.take(3)
    assert backlog.put(entry(3, [3]), arrived=2)


submissions = st.lists(st.tuples(st.sampled_from(Priority), st.integers(1, 9), st.integers(1, 4)), max_size=20)


@given(submissions, st.integers(4, 6))
def test_everything_is_taken_once_in_strict_order_and_in_whole_batches(
    wanted: list[tuple[Priority, int, int]], room: int
) -> None:
    backlog = Backlog()
    expected: list[tuple[Priority, int, int, tuple[int, ...]]] = []
    for sequence, (priority, count, size) in enumerate(wanted):
        backlog.put(entry(sequence, range(1, count + 1), priority, size), arrived=sequence)
        cuts = range(1, count + 1, size)
        expected += [
            (priority, sequence, n, tuple(range(i, min(i + size, count + 1)))) for n, i in enumerate(cuts)
        ]
    released = []
    while batches := backlog.take(room):
        assert sum(len(batch.ids) for batch in batches) <= room
        released += [(wanted[b.sequence][0], b.sequence, b.number, b.ids) for b in batches]
    assert released == sorted(expected)
    assert len(backlog) == 0


def test_the_ingestion_itself_is_never_compared() -> None:
    first, second = entry(1, [1]), entry(1, [2])
    assert isinstance(first.ingestion.id, UUID)
    assert first == second
    assert not first < second
