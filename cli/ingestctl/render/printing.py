"""Lines on stdout and stderr; whatever they are made of, they do not control the terminal."""

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
