"""Showing ingestions, once or to their end: as a picture on a terminal, as lines everywhere else."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

import click
from rich.console import Console

from ingestctl.client import Client
from ingestctl.errors import TimedOutError
from ingestctl.render.lines import Snapshots, changes, ended_ids, last_states, line, states, summaries
from ingestctl.render.live import LiveDisplay, draws
from ingestctl.render.screen import compact_screen, screen
from ingestctl.render.snapshot import Snapshot
from ingestctl.render.summary import ending, flawless, summary
from ingestctl.render.times import here_and_now
from ingestctl.render.view import IngestionView, untimed
from ingestctl.watch.fetch import Choose, around, fetch, none, released
from ingestctl.watch.poll import Fetch, poll

_TABLE = "table"


def show(client: Client, ingestion_id: str) -> None:
    """Print the picture of an ingestion on a terminal, and every batch as a line elsewhere."""
    console = Console()
    if draws(console):
        view = fetch(client, ingestion_id, around)
        console.print(screen(Snapshot((view,)), console.size, here_and_now()))
    else:
        view = untimed(client.status(ingestion_id))
        click.echo("\n".join([*map(line, view.batches), summary(view)]))


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
        display = LiveDisplay(console, compact_screen if compact else screen)
        last = display.show(poll(_fetches(client, ingestion_ids, around), timeout, display.wait))
    else:
        told = _TOLD.get(output, _table(compact, quiet))
        last = _tell(poll(_fetches(client, ingestion_ids, told.choose), timeout), told, quiet)
    if not quiet:
        click.echo(ending(last.states), err=output != _TABLE)
    return 0 if flawless(last.states) else 1


def _nothing(*_: object) -> Iterable[str]:
    return ()


class _Telling(NamedTuple):
    """Which batches to fetch, what to tell of every snapshot, and what of the last one."""

    choose: Choose
    of_each: Callable[[Snapshots | None, Snapshots], Iterable[str]] = _nothing
    of_the_last: Callable[[Snapshots], Iterable[str]] = _nothing


_TOLD = {
    "json": _Telling(none, of_the_last=last_states),
    "jsonl": _Telling(released, states),
    "id": _Telling(none, ended_ids),
}


def _table(compact: bool, quiet: bool) -> _Telling:
    if quiet:
        return _Telling(none)
    return _Telling(none, summaries) if compact else _Telling(released, changes)


def _fetches(client: Client, ingestion_ids: list[str], choose: Choose) -> list[Fetch[IngestionView]]:
    return [partial(fetch, client, ingestion_id, choose) for ingestion_id in dict.fromkeys(ingestion_ids)]


def _tell(snapshots: Iterable[Snapshots], told: _Telling, quiet: bool) -> Snapshots:
    """Print the lines of every snapshot, of at least one, and return the last; after a timeout, raise that."""
    before: Snapshots | None = None
    timeout: TimedOutError | None = None
    try:
        for snapshot in snapshots:
            if snapshot.away and not quiet and not (before and before.away):
                click.echo(f"Reconnecting: {snapshot.away}", err=True)
            _print(told.of_each(before, snapshot))
            before = snapshot
    except TimedOutError as error:
        timeout = error
    assert before is not None, "the first snapshot comes before anything can go wrong"
    _print(told.of_the_last(before))
    if timeout:
        raise timeout
    return before


def _print(lines: Iterable[str]) -> None:
    for text in lines:
        click.echo(text)
