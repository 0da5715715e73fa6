"""Lines on stdout and stderr; whatever they are made of, they do not control the terminal."""

import codecs
import json
import sys
from collections.abc import Iterable

import click

from ingestctl.printable import printable


def print_line(text: str, err: bool = False) -> None:
    """Print one line, on stderr if it is a message."""
    click.echo(printable(text), err=err)


def print_lines(lines: Iterable[str], err: bool = False) -> None:
    """Print every line as it comes."""
    for line in lines:
        print_line(line, err)


def as_json(value: object) -> str:
    """Return a value as JSON on one line; control characters, and those that stdout cannot show, are escaped."""
    return printable(json.dumps(value, ensure_ascii=not _shows_unicode()))


def _shows_unicode() -> bool:
    return codecs.lookup(sys.stdout.encoding or "ascii").name.startswith("utf")
