"""Watching ingestions to their end: as a picture on a terminal, as lines everywhere else."""

from collections.abc import Callable, Iterable
from functools import partial

import click
from rich.console import Console

from cli import excerpt, lines
from cli.client import Client
from cli.excerpt import Choose, Excerpt, look
from cli.film import Film, draws
from cli.picture import compact_picture, picture
from cli.tally import ending, flawless
from cli.watch import Look, Sight, follow

Tell = Callable[[Sight[Excerpt] | None, Sight[Excerpt]], Iterable[str]]

_TABLE = "table"
_TOLD: dict[str, tuple[Choose, Tell]] = {
    "json": (excerpt.none, lines.final_states),
    "jsonl": (excerpt.released, lines.states),
    "id": (excerpt.none, lines.ended_ids),
}


def watch(
    client: Client, ingestion_ids: list[str], *, timeout: float | None, compact: bool, quiet: bool, output: str
) -> int:
    """Follow ingestions until all have ended, and return the exit code; blocks, in the main thread.

    0: every batch is completed and no id failed; 1: an id failed, or batches were cancelled.
    `output` is "table" (a picture on a terminal; elsewhere a line for every change of a batch, or with `compact`
    of an ingestion), "jsonl" (a line for every change), "json" (all, at the end) or "id" (of those that end).
    This goes to stdout, all other talk to stderr; `quiet` leaves out the talk and the table.
    The client should have no patience of its own, or nobody sees when the service is away. Raises TimedOutError
    after `timeout` seconds, UnreachableError when the service stays away for long, and what the client raises.
    """
    console = Console()
    if output == _TABLE and not quiet and draws(console):
        film = Film(console, compact_picture if compact else picture)
        last = film.show(follow(_looks(client, ingestion_ids, excerpt.around), timeout, film.wait))
    else:
        choose, tell = _TOLD.get(output, _lines(compact, quiet))
        last = _tell(follow(_looks(client, ingestion_ids, choose), timeout), tell, quiet)
    if not quiet:
        click.echo(ending(last.seen), err=output != _TABLE)
    return 0 if flawless(last.seen) else 1


def _looks(client: Client, ingestion_ids: list[str], choose: Choose) -> list[Look[Excerpt]]:
    return [partial(look, client, ingestion_id, choose) for ingestion_id in dict.fromkeys(ingestion_ids)]


def _lines(compact: bool, quiet: bool) -> tuple[Choose, Tell]:
    if quiet:
        return excerpt.none, lambda *_: ()
    return (excerpt.none, lines.tallies) if compact else (excerpt.released, lines.changes)


def _tell(sights: Iterable[Sight[Excerpt]], tell: Tell, quiet: bool) -> Sight[Excerpt]:
    """Print the lines of every sight, of at least one, and return the last."""
    before: Sight[Excerpt] | None = None
    for sight in sights:
        if sight.away and not quiet and not (before and before.away):
            click.echo(f"Reconnecting: {sight.away}", err=True)
        for line in tell(before, sight):
            click.echo(line)
        before = sight
    assert before is not None, "the first sight comes before anything can go wrong"
    return before
