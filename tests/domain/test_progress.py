"""The batches that are nearest to the present."""

import pytest

from ingest_service.domain.model import Ingestion, Priority
from ingest_service.domain.progress import Progress


def of(released: int, opened: set[int], ids: int = 3_000_000) -> Progress:
    ingestion = Ingestion(1, Priority.LOW, 3, ids)
    return Progress(1, ingestion, 0, released, frozenset(opened))


@pytest.mark.parametrize(
    ("progress", "near"),
    [
        (of(0, set()), [0, 1]),
        (of(0, set(), ids=3), [0]),
        (of(3_000, {999}), [997, 998, 999, 1000, 1001]),
        (of(3_000, {5, 9, 998, 999}), [5, 9, 996, 997, 1000, 1001]),
        (of(8, {1, 2}, ids=8), [0, 1, 2]),
        (of(3_000_000, set()), [999_998, 999_999]),
    ],
)
def test_they_are_the_last_that_ended_the_first_under_way_and_the_next(
    progress: Progress, near: list[int]
) -> None:
    assert progress.nearest(2) == near


def test_a_batch_that_was_released_in_part_is_under_way() -> None:
    assert of(4, {1}).nearest(1) == [0, 1, 2]
