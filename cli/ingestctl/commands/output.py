"""Output of commands on stdout, for people or for programs."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

import click

from ingestctl.models import Response
from ingestctl.render.json_lines import as_json
from ingestctl.render.printing import print_lines
from ingestctl.render.rows import Rows


class Form(StrEnum):
    """Form of the output: for people, one JSON text, a line of JSON for each, or the ids of ingestions alone."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    ID = "id"


JSONS = (Form.JSON, Form.JSONL)


def output_option(*forms: Form) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option `-o`, which becomes the argument `form`; the first form is the default."""
    return click.option(
        "-o",
        "--output",
        "form",
        type=click.Choice([form.value for form in forms]),
        metavar="|".join(forms),
        default=forms[0].value,
        callback=lambda _, __, form: Form(form),
        show_default=True,
        help="Form of the output.",
    )


def print_one(response: Response) -> None:
    """Print a value as the JSON that the service sent."""
    click.echo(as_json(response.raw))


def print_all(responses: Iterable[Response], form: Form) -> None:
    """Print values as they come: as one list if the form is JSON, else a line for each.

    The list is closed even if the next value cannot be fetched.
    """
    if form is not Form.JSON:
        for one in responses:
            print_one(one)
        return
    before = "[\n"
    try:
        for one in responses:
            click.echo(f"{before}{as_json(one.raw)}", nl=False)
            before = ",\n"
    finally:
        click.echo("\n]" if before.startswith(",") else "[]")


@contextmanager
def kept_on_stderr(ingestion_ids: Iterable[str]) -> Iterator[None]:
    """Print the ids on stderr if stdout cannot be written, as on a full disk: they would be lost."""
    try:
        yield
    except OSError:
        print_lines(ingestion_ids, err=True)
        raise


def print_rows(rows: Rows) -> None:
    """Print a table: drawn on a terminal, in plain columns elsewhere."""
    rows = rows.escaped()
    if not sys.stdout.isatty():
        print_lines(rows.lines())
        return
    from ingestctl.render.row_table import draw

    draw(rows)
