"""Choice of the columns that fit a width."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

Column = TypeVar("Column", bound=str)


def table_width(widths: Mapping[Column, int], gap: int) -> int:
    """Return the width of columns with gaps between them."""
    return sum(widths.values()) + gap * (len(widths) - 1)


def widest_fitting(choices: Iterable[Mapping[Column, int]], width: int, gap: int) -> Mapping[Column, int]:
    """Return the first of the choices, at least one, whose columns fit a width; the last one if none does."""
    for widths in choices:
        if table_width(widths, gap) <= width:
            break
    return widths
