"""Showing what runs in the next slots: once, or until nobody wants to see more."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import click
from rich.console import Console, ConsoleDimensions, Group, RenderableType
from rich.text import Text

from ingestctl.client import Client
from ingestctl.drawing.block import one_row
from ingestctl.drawing.board import board
from ingestctl.drawing.film import Film, draws
from ingestctl.drawing.times import here_and_now
from ingestctl.told.schedule import Schedule
from ingestctl.told.sight import Sight
from ingestctl.watching.follow import follow

_ECHO_WIDTH = len("^C")
_WIDTH_IN_A_PIPE = 120  # room for a date, three ids and the id of the ingestion
_LONGEST_PAUSE_SECONDS = 3.0
_OPENING_SECONDS = 0.1  # until a slot that opened is gone from the schedule


def show_schedule(schedule: Schedule, now: datetime) -> None:
    """Print the board on stdout, with every slot; `now` brings the time zone of the reader."""
    console = _console()
    console.print(board(schedule, console.width, now))


def watch_schedule(client: Client, slots: int) -> None:
    """Show the next slots until Ctrl-C, which is raised as KeyboardInterrupt; blocks, in the main thread.

    On a terminal the board counts down, elsewhere it is printed anew whenever it changes. The client should
    not retry by itself. Raises UnreachableError when the service stays away, and what the client raises.
    """
    console = _console()
    look = partial(_look, client, slots)
    if draws(console):
        film = Film(console, _picture)
        film.show(follow([look], wait=film.wait))
    else:
        _tell(follow([look]))


@dataclass(frozen=True, slots=True)
class _Seen:
    """A schedule, and for how long there is hardly anything new to see; it never ends."""

    schedule: Schedule
    retry_after: float
    ended: bool = False


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=_WIDTH_IN_A_PIPE)


def _look(client: Client, slots: int, _: _Seen | None) -> _Seen:
    schedule = client.schedule(slots)
    opens_at = schedule.slots[0].opens_at if schedule.slots else None
    left = (opens_at - here_and_now()).total_seconds() if opens_at else _LONGEST_PAUSE_SECONDS
    return _Seen(schedule, min(left + _OPENING_SECONDS, _LONGEST_PAUSE_SECONDS))


def _picture(sight: Sight[_Seen], screen: ConsoleDimensions, now: datetime) -> RenderableType:
    away = [one_row(Text(f"Reconnecting … {sight.away}", "yellow"))] if sight.away else []
    return Group(board(sight.seen[0].schedule, screen.width - _ECHO_WIDTH, now, screen.height), *away)


def _tell(sights: Iterable[Sight[_Seen]]) -> None:
    before: Sight[_Seen] | None = None
    for sight in sights:
        if sight.away and not (before and before.away):
            click.echo(f"Reconnecting: {sight.away}", err=True)
        if before is None or before.seen[0].schedule != sight.seen[0].schedule:
            show_schedule(sight.seen[0].schedule, here_and_now())
        before = sight
