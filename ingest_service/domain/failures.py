"""The ids of an ingestion that have failed, by cause and by place."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FailedId:
    """An id that has failed, and its position in the ingestion."""

    position: int
    record_id: int


@dataclass(frozen=True, slots=True)
class Cause:
    """Sentence of an error, the number of ids that have failed with it, and the last few of them."""

    error: str
    ids: int
    examples: tuple[FailedId, ...]


@dataclass(frozen=True, slots=True)
class Failures:
    """The last failures of an ingestion, by the positions of the ids: the causes of most of them, the most first.

    `cells` counts them by the cell of positions that they are in, where there are any.
    """

    causes: tuple[Cause, ...]
    cells: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class FailureQuery:
    """Part of the failures: the last ones, by some causes, with some examples of each; a cell has `cell_ids`."""

    failures: int
    causes: int
    examples: int
    cell_ids: int
