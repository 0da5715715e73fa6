"""Showing ingestions, once or to their end: as a picture on a terminal, as lines everywhere else."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

import click
from rich.console import Console

from ingestctl.client import Client
from ingestctl.drawing.film import Film, draws
from ingestctl.drawing.lines import Sights, changes, ended_ids, last_states, line, states, tallies
from ingestctl.drawing.picture import compact_picture, picture
from ingestctl.drawing.tally import ending, flawless, tally
from ingestctl.drawing.times import here_and_now
from ingestctl.errors import TimedOutError
from ingestctl.told.excerpt import Excerpt, untimed
from ingestctl.told.sight import Sight
from ingestctl.watching.follow import Look, follow
from ingestctl.watching.look import Choose, around, look, none, released

_TABLE = "table"


def show(client: Client, ingestion_id: str) -> None:
    """Print the picture of an ingestion on a terminal, and every batch as a line elsewhere."""
    console = Console()
    if draws(console):
        seen = look(client, ingestion_id, around)
        console.print(picture(Sight((seen,)), console.size, here_and_now()))
    else:
        seen = untimed(client.status(ingestion_id))
        click.echo("\n".join([*map(line, seen.batches), tally(seen)]))


def watch(
    client: Client, ingestion_ids: list[str], *, timeout: float | None, compact: bool, quiet: bool, output: str
) -> int:
    """Follow ingestions until all have ended, and return the exit code; blocks, in the main thread.

    0: every batch is completed and no id failed; 1: an id failed, or batches were cancelled.
    `output` is "table" (a picture on a terminal; elsewhere a line for every change of a batch, or with `compact`
    of an ingestion), "jsonl" (a line for every change), "json" (all, at the end) or "id" (of those that end).
    This goes to stdout, all other talk to stderr; `quiet` leaves out the talk and the table.
    The client should not retry by itself, or nobody sees when the service is away. Raises TimedOutError
    after `timeout` seconds, which are an end, too, UnreachableError when the service stays away for long, and
    what the client raises.
    """
    console = Console()
    if output == _TABLE and not quiet and draws(console):
        film = Film(console, compact_picture if compact else picture)
        last = film.show(follow(_looks(client, ingestion_ids, around), timeout, film.wait))
    else:
        told = _TOLD.get(output, _table(compact, quiet))
        last = _tell(follow(_looks(client, ingestion_ids, told.choose), timeout), told, quiet)
    if not quiet:
        click.echo(ending(last.seen), err=output != _TABLE)
    return 0 if flawless(last.seen) else 1


def _nothing(*_: object) -> Iterable[str]:
    return ()


class _Telling(NamedTuple):
    """Which batches to fetch, what to tell of every sight, and what of the last one."""

    choose: Choose
    of_each: Callable[[Sights | None, Sights], Iterable[str]] = _nothing
    of_the_last: Callable[[Sights], Iterable[str]] = _nothing


_TOLD = {
    "json": _Telling(none, of_the_last=last_states),
    "jsonl": _Telling(released, states),
    "id": _Telling(none, ended_ids),
}


def _table(compact: bool, quiet: bool) -> _Telling:
    if quiet:
        return _Telling(none)
    return _Telling(none, tallies) if compact else _Telling(released, changes)


def _looks(client: Client, ingestion_ids: list[str], choose: Choose) -> list[Look[Excerpt]]:
    return [partial(look, client, ingestion_id, choose) for ingestion_id in dict.fromkeys(ingestion_ids)]


def _tell(sights: Iterable[Sights], told: _Telling, quiet: bool) -> Sights:
    """Print the lines of every sight, of at least one, and return the last; after a timeout, raise that."""
    before: Sights | None = None
    timeout: TimedOutError | None = None
    try:
        for sight in sights:
            if sight.away and not quiet and not (before and before.away):
                click.echo(f"Reconnecting: {sight.away}", err=True)
            _print(told.of_each(before, sight))
            before = sight
    except TimedOutError as error:
        timeout = error
    assert before is not None, "the first sight comes before anything can go wrong"
    _print(told.of_the_last(before))
    if timeout:
        raise timeout
    return before


def _print(lines: Iterable[str]) -> None:
    for text in lines:
        click.echo(text)
