"""Ids in files: text with comments, or a column of CSV; both are read piece by piece."""

import csv
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TextIO

from ingestctl.errors import UsageError
from ingestctl.ids.text import id_of_cell, ids_of_text

_PIECE = 1 << 20
_ROWS = 10_000
_DELIMITERS = ",;\t"
_COMMENT = re.compile("#[^\n]*")


def ids_of_lines(text: TextIO, name: str) -> Iterator[Sequence[int]]:
    """Yield the ids of a text in pieces; a `#` begins a comment. Blocks while it reads.

    Raises UsageError with the line of the first word that is not an id.
    """
    line = 1
    for piece in _pieces(text):
        try:
            yield ids_of_text(piece)
        except UsageError:
            _check_lines(piece, name, line)
            raise
        line += piece.count("\n")


def ids_of_column(text: Iterable[str], column: str, name: str) -> Iterator[Sequence[int]]:
    """Yield the ids of one column of CSV in pieces; the first line has the names of the columns.

    Columns end at commas, or at semicolons or tabs, as spreadsheets of many languages write them. Blocks while it
    reads. Raises UsageError with the line of the first cell that is not an id.
    """
    lines = iter(text)
    first = list(islice(lines, 1))
    rows = csv.reader(chain(first, lines), delimiter=_delimiter(first, column))
    try:
        place = _place(column, next(rows, []))
        cells = (row[place : place + 1] for row in rows if row)
        while piece := [id_of_cell("".join(cell).strip()) for cell in islice(cells, _ROWS)]:
            yield array("I", piece)
    except UsageError as error:
        raise UsageError(f"{name}, line {rows.line_num}: {error}") from None
    except csv.Error as error:
        raise UsageError(f"{name}, line {rows.line_num}: this is not CSV: {error}.") from None


def _pieces(text: TextIO) -> Iterator[str]:
    """Yield the text without its comments, cut between words."""
    rest = ""
    while block := text.read(_PIECE):
        whole, rest = _cut(rest + block)
        yield _COMMENT.sub("", whole)
    yield _COMMENT.sub("", rest)


def _cut(text: str) -> tuple[str, str]:
    """Cut off the last word, or the last comment, for it may go on; the text of a comment is not kept."""
    comment = text.find("#", text.rfind("\n") + 1)
    if comment >= 0:
        return text[:comment], "#"
    end = 1 + max(text.rfind(separator) for separator in " \n,\t\r")
    return text[:end], text[end:]


def _check_lines(piece: str, name: str, first: int) -> None:
    """Raise the UsageError of the first line that has one, with the number of the line."""
    for number, line in enumerate(piece.split("\n"), first):
        try:
            ids_of_text(line)
        except UsageError as error:
            raise UsageError(f"{name}, line {number}: {error}") from None


def _delimiter(first: list[str], column: str) -> str:
    """Return the delimiter with which the first line names the column, else the one that gives the most names."""
    headings = {delimiter: _headings(first, delimiter) for delimiter in _DELIMITERS}
    return max(_DELIMITERS, key=lambda delimiter: (column in headings[delimiter], len(headings[delimiter])))


def _headings(first: list[str], delimiter: str) -> list[str]:
    try:
        return _names(next(csv.reader(first, delimiter=delimiter), []))
    except csv.Error:
        return []


def _names(cells: list[str]) -> list[str]:
    return [cell.strip() for cell in cells]


def _place(column: str, cells: list[str]) -> int:
    names = _names(cells)
    if column not in names:
        raise UsageError(f"there is no column {column!r}; there are: {', '.join(map(repr, names)) or 'none'}.")
    return names.index(column)
