"""Rows of text under headings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

_NUMBER = re.compile(r"[\d,]+")
GAP = "  "


@dataclass(frozen=True, slots=True)
class Rows:
    """As many cells in every row as there are headings; `spare` columns go first where there is little room."""

    headings: Sequence[str]
    cells: Sequence[Sequence[str]]
    spare: Sequence[str] = ()

    def is_number(self, column: int) -> bool:
        """Tell whether a column has nothing but numbers, so that it is aligned on the right."""
        return all(_NUMBER.fullmatch(row[column]) for row in self.cells)

    def fitting(self, width: int) -> Self:
        """Return these rows with as many of the spare columns as fit a width; an empty one goes before all."""
        if not self.spare or sum(self._widths()) + len(GAP) * (len(self.headings) - 1) <= width:
            return self
        least = min(self.spare, key=lambda heading: any(self._column(heading)))
        gone = self.headings.index(least)
        headings, *cells = ((*row[:gone], *row[gone + 1 :]) for row in (self.headings, *self.cells))
        spare = [heading for heading in self.spare if heading != least]
        return type(self)(headings, cells, spare).fitting(width)

    def lines(self) -> Iterator[str]:
        """Yield the headings and every row as plain text in columns."""
        widths = self._widths()
        right = [self.is_number(column) for column in range(len(self.headings))]
        for row in (self.headings, *self.cells):
            cells = (
                cell.rjust(width) if number else cell.ljust(width)
                for cell, width, number in zip(row, widths, right, strict=True)
            )
            yield GAP.join(cells).rstrip()

    def _column(self, heading: str) -> list[str]:
        return [row[self.headings.index(heading)] for row in self.cells]

    def _widths(self) -> list[int]:
        return [max(map(len, column)) for column in zip(self.headings, *self.cells, strict=True)]
