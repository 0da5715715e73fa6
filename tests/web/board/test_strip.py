"""The strip of batches: every batch is in it once, in a few shapes."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.domain.model import Ingestion, Priority, Status
from ingest_service.domain.progress import Progress
from ingest_service.web.board.ingestion.strip import MOST_CELLS, Mark, Strip, cell_batches

DONE, OPEN, WAITING, CANCELLED = Status.COMPLETED, Status.TRIGGERED, Status.YET_TO_START, Status.CANCELLED


def of(ids: int, released: int, opened: set[int], cancelled: bool = False) -> Progress:
    ingestion = Ingestion(1, Priority.LOW, 3, ids)
    return Progress(1, ingestion, 0, released, frozenset(opened), cancelled)


def pieces(progress: Progress) -> list[tuple[int, int, dict[Status, int]]]:
    return [(one.start, one.stop, dict(one.counts)) for one in Strip.of(progress, {}).pieces]


def test_neighbours_of_one_status_are_one_piece() -> None:
    assert pieces(of(30, 15, {1, 4})) == [
        (0, 1, {DONE: 1}),
        (1, 2, {OPEN: 1}),
        (2, 4, {DONE: 2}),
        (4, 5, {OPEN: 1}),
        (5, 10, {WAITING: 5}),
    ]


def test_a_cell_of_several_statuses_shows_the_mix() -> None:
    # Cells of 10 batches.
    assert pieces(of(7200, 3 * 1004, {1003}, cancelled=True)) == [
        (0, 1000, {DONE: 1000}),
        (1000, 1010, {DONE: 3, OPEN: 1, CANCELLED: 6}),
        (1010, 2400, {CANCELLED: 1390}),
    ]


@pytest.mark.parametrize(("ids", "batches"), [(1, 1), (720, 1), (721, 2), (1_000_000, 1389)])
def test_there_are_as_many_cells_as_fit(ids: int, batches: int) -> None:
    assert cell_batches(of(ids, 0, set()).ingestion) == batches


@given(
    ids=st.integers(1, 3000),
    released=st.integers(0, 3000),
    opened=st.sets(st.integers(0, 999), max_size=30),
    cancelled=st.booleans(),
)
def test_every_batch_is_in_it_once_and_the_shapes_are_few(
    ids: int, released: int, opened: set[int], *, cancelled: bool
) -> None:
    released = min(ids, released)
    progress = of(ids, released, {one for one in opened if one * 3 < released}, cancelled)
    found = Strip.of(progress, {}).pieces
    assert [one.start for one in found] == [0, *(one.stop for one in found[:-1])]
    assert found[-1].stop == progress.ingestion.batch_count
    assert all(sum(count for _, count in one.counts) == one.stop - one.start for one in found)
    counted = sum((Counter(dict(one.counts)) for one in found), Counter[Status]())
    assert counted == +progress.counts()
    assert len(found) <= MOST_CELLS
    for one in found:
        assert sum(level.height for level in one.levels) == 100
        assert all(level.height > 0 for level in one.levels)
        assert [level.top for level in one.levels] == sorted((level.top for level in one.levels), reverse=True)


def test_one_batch_of_a_thousand_can_be_seen() -> None:
    (cell,) = [one for one in Strip.of(of(1_000_000, 300, {7}), {}).pieces if len(one.counts) == 3]
    assert [(level.status, level.height >= 8) for level in cell.levels] == [
        (DONE, True),
        (OPEN, True),
        (WAITING, True),
    ]


def test_cells_with_failed_ids_are_marked_neighbours_together() -> None:
    # Cells of 10 batches, the last one of 1.
    strip = Strip.of(of(7203, 7203, set()), {0: 2, 3: 1, 4: 30, 218: 1})
    assert cell_batches(of(7203, 0, set()).ingestion) == 11
    assert strip.marks == (Mark(0, 11, 2), Mark(33, 55, 31), Mark(2398, 2401, 1))
