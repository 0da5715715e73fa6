"""Rows of text under headings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from ingestctl.printable import printable
from ingestctl.render.columns import widest_fitting

_NUMBER = re.compile(r"[\d,]+")
GAP = "  "


@dataclass(frozen=True, slots=True)
class Rows:
    """As many cells in every row as there are headings; `spare` columns go first where there is little room."""

    headings: Sequence[str]
    cells: Sequence[Sequence[str]]
    spare: Sequence[str] = ()

    def is_number(self, column: int) -> bool:
        """Return whether a column has nothing but numbers, so that it is aligned on the right."""
        return all(_NUMBER.fullmatch(row[column]) for row in self.cells)

    def escaped(self) -> Self:
        """Return these rows with the control characters in their cells escaped."""
        return type(self)(self.headings, [tuple(map(printable, row)) for row in self.cells], self.spare)

    def fitting(self, width: int) -> Self:
        """Return these rows with as many of the spare columns as fit a width; empty ones are left out first."""
        kept = widest_fitting(self._choices(), width, len(GAP))
        columns = [column for column, heading in enumerate(self.headings) if heading in kept]
        headings, *cells = (tuple(row[column] for column in columns) for row in (self.headings, *self.cells))
        return type(self)(headings, cells, [heading for heading in self.spare if heading in kept])

    def lines(self) -> Iterator[str]:
        """Yield the headings and every row as plain text in columns."""
        widths = self._widths().values()
        right = [self.is_number(column) for column in range(len(self.headings))]
        for row in (self.headings, *self.cells):
            cells = (
                cell.rjust(width) if number else cell.ljust(width)
                for cell, width, number in zip(row, widths, right, strict=True)
            )
            yield GAP.join(cells).rstrip()

    def _choices(self) -> Iterator[dict[str, int]]:
        """Yield the width of every column, and then without more and more of the spare ones."""
        widths = self._widths()
        yield widths
        filled = {heading for heading, *column in zip(self.headings, *self.cells, strict=True) if any(column)}
        for gone in sorted(self.spare, key=lambda heading: heading in filled):
            widths = {heading: width for heading, width in widths.items() if heading != gone}
            yield widths

    def _widths(self) -> dict[str, int]:
        columns = zip(self.headings, *self.cells, strict=True)
        return {column[0]: max(map(len, column)) for column in columns}
