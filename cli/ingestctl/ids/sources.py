"""Ids of a command line: in its words, in files, or on standard input."""

import io
import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from ingestctl.errors import UsageError
from ingestctl.ids.files import ids_of_column, ids_of_lines
from ingestctl.ids.text import check_count, ids_of_text

STANDARD_INPUT = "-"

_MISSING = "No ids: give some, like 1 2 3 or 1-100, or a file, like @ids.txt, or - for standard input."


def all_ids(words: Sequence[str], column: str | None = None) -> Sequence[int]:
    """Return the ids in their order, duplicates too, 4 bytes each; blocks while they are read.

    With a `column`, files and standard input are CSV. Raises UsageError at the first fault.
    """
    if column is not None and not any(map(_is_source, words)):
        raise UsageError("--column needs CSV to read from: a file, like @ids.csv, or - for standard input.")
    ids: array[int] = array("I")
    for word in words:
        for piece in _read(word, column) if _is_source(word) else [_ids_of_word(word)]:
            ids.extend(piece)
            check_count(len(ids), "These")
    if not ids:
        raise UsageError(f"There are no ids in {' '.join(map(_name, words))}." if words else _MISSING)
    return ids


def _is_source(word: str) -> bool:
    return word == STANDARD_INPUT or word.startswith("@")


def _ids_of_word(word: str) -> Sequence[int]:
    if word.startswith("-") and not word[1:2].isdigit():
        raise UsageError(f"There is no option {word!r}: see ingestctl submit --help.")
    try:
        return ids_of_text(word)
    except UsageError:
        if _is_file(word):
            raise UsageError(f"{word!r} is not an id, but a file: to read ids from it, write @{word}") from None
        raise


def _is_file(word: str) -> bool:
    try:
        return Path(word).is_file()
    except OSError:  # it may be too long for a name
        return False


def _read(word: str, column: str | None) -> Iterator[Sequence[int]]:
    name = _name(word)
    with _standard_input() if word == STANDARD_INPUT else _file(name) as text:
        yield from ids_of_lines(text, name) if column is None else ids_of_column(text, column, name)


def _name(word: str) -> str:
    return "standard input" if word == STANDARD_INPUT else word.removeprefix("@")


@contextmanager
def _file(name: str) -> Iterator[TextIO]:
    with _readable(repr(name)), Path(name).open(encoding="utf-8-sig", errors="replace", newline="") as text:
        yield text


@contextmanager
def _standard_input() -> Iterator[TextIO]:
    """Open standard input; on a terminal, print first that ids are expected."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace", newline="")
    with _readable(_name(STANDARD_INPUT)):
        if not sys.stdin.isatty():
            yield sys.stdin
            return
        click.echo("Reading ids from the terminal; end with Ctrl-D.", err=True)
        # All at once: reading piece by piece asks once more after the end, and needs a second Ctrl-D.
        yield io.StringIO(sys.stdin.read())


@contextmanager
def _readable(source: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"Cannot read {source}: {error.strerror}.") from error
