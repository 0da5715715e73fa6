"""The batches of an ingestion as a strip: a few hundred shapes at most, however many batches there are."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Self

from ingest_service.domain.model import Ingestion, Status
from ingest_service.domain.progress import Progress

MOST_CELLS = 240
# Up to here each batch is seen for itself.
MOST_SINGLE = 60
# From the bottom to the top: a cell fills up.
_ORDER = (Status.COMPLETED, Status.TRIGGERED, Status.CANCELLED, Status.YET_TO_START)
_FULL = 100
_LEAST = 12

Cell = Mapping[Status, int]


@dataclass(frozen=True, slots=True)
class Level:
    """Part of a piece, for the batches of one status; `top` and `height` are in percent of the strip."""

    status: Status
    top: int
    height: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Batches from the number `start` up to, not including, `stop`, and how many of them have which status."""

    start: int
    stop: int
    counts: tuple[tuple[Status, int], ...]

    @property
    def levels(self) -> tuple[Level, ...]:
        """Heights that show the mix, from the bottom to the top; the smallest share can be seen."""
        least = {status: max(_LEAST, _FULL * count // (self.stop - self.start)) for status, count in self.counts}
        ends = [0]
        for height in least.values():
            ends.append(ends[-1] + height)
        scaled = [_FULL * end // ends[-1] for end in ends]
        return tuple(
            Level(status, _FULL - top, top - bottom)
            for status, bottom, top in zip(least, scaled, scaled[1:], strict=False)
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """Batches from `start` up to, not including, `stop` with ids that have failed, and how many."""

    start: int
    stop: int
    ids: int


@dataclass(frozen=True, slots=True)
class Strip:
    """The pieces of all batches in order, and where ids have failed."""

    batches: int
    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...]

    @classmethod
    def of(cls, progress: Progress, failed: Mapping[int, int]) -> Self:
        """Return the strip of an ingestion; `failed` counts the ids that have failed in each of its cells."""
        size, batches = cell_batches(progress.ingestion), progress.ingestion.batch_count
        return cls(
            batches, tuple(_pieces(_fold(progress, size), size, batches)), tuple(_marks(failed, size, batches))
        )

    @property
    def single(self) -> bool:
        """True if there are so few batches that each is seen for itself."""
        return self.batches <= MOST_SINGLE


def cell_batches(ingestion: Ingestion) -> int:
    """Return the number of batches in each cell of the strip; the last cell may have fewer."""
    return -(-ingestion.batch_count // MOST_CELLS)


def _fold(progress: Progress, size: int) -> list[Cell]:
    """Count the batches of each cell by status. The cost grows with the cells and with the open batches."""
    cells: list[Counter[Status]] = [Counter() for _ in range(-(-progress.ingestion.batch_count // size))]
    for start, stop, status in progress.runs():
        for number in range(start // size, -(-stop // size)) if start < stop else ():
            cells[number][status] += min(stop, (number + 1) * size) - max(start, number * size)
    return list(cells)


def _pieces(cells: Sequence[Cell], size: int, batches: int) -> Iterator[Piece]:
    """Yield the cells, those of one and the same status together."""
    for status, run in groupby(enumerate(cells), key=lambda cell: _only(cell[1])):
        numbers, counts = zip(*run, strict=True)
        if status is None:
            yield from (
                _piece(number, number, (cell,), size, batches)
                for number, cell in zip(numbers, counts, strict=True)
            )
        else:
            yield _piece(numbers[0], numbers[-1], counts, size, batches)


def _piece(first: int, last: int, cells: Sequence[Cell], size: int, batches: int) -> Piece:
    sums = {status: sum(cell.get(status, 0) for cell in cells) for status in _ORDER}
    counts = tuple((status, count) for status, count in sums.items() if count)
    return Piece(first * size, min((last + 1) * size, batches), counts)


def _only(cell: Cell) -> Status | None:
    """Return the status of all batches of a cell, None if they have several."""
    return next(iter(cell)) if len(cell) == 1 else None


def _marks(failed: Mapping[int, int], size: int, batches: int) -> Iterator[Mark]:
    """Yield the cells in which ids have failed, neighbours together."""
    for _, run in groupby(enumerate(sorted(failed)), key=lambda cell: cell[1] - cell[0]):
        numbers = [number for _, number in run]
        ids = sum(failed[number] for number in numbers)
        yield Mark(numbers[0] * size, min((numbers[-1] + 1) * size, batches), ids)
