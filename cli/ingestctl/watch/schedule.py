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
from ingestctl.models import Schedule
from ingestctl.render.departure_board import departure_board
from ingestctl.render.live import LiveDisplay, draws
from ingestctl.render.panel import one_row
from ingestctl.render.snapshot import Snapshot
from ingestctl.render.times import here_and_now
from ingestctl.watch.poll import poll

_ECHO_WIDTH = len("^C")
_WIDTH_IN_A_PIPE = 120  # room for a date, three ids and the id of the ingestion
_LONGEST_PAUSE_SECONDS = 3.0
_OPENING_SECONDS = 0.1  # until a slot that opened is gone from the schedule


def show_schedule(schedule: Schedule, now: datetime) -> None:
    """Print the board on stdout, with every slot; `now` brings the time zone of the reader."""
    console = _console()
    console.print(departure_board(schedule, console.width, now))


def watch_schedule(client: Client, slots: int) -> None:
    """Show the next slots until Ctrl-C, which is raised as KeyboardInterrupt; panels, in the main thread.

    On a terminal the board counts down, elsewhere it is printed anew whenever it changes. The client should
    not retry by itself. Raises UnreachableError when the service stays away, and what the client raises.
    """
    console = _console()
    fetch = partial(_fetch, client, slots)
    if draws(console):
        display = LiveDisplay(console, _picture)
        display.show(poll([fetch], wait=display.wait))
    else:
        _tell(poll([fetch]))


@dataclass(frozen=True, slots=True)
class _State:
    """A schedule, and for how long there is hardly anything new to see; it never ends."""

    schedule: Schedule
    retry_after: float
    ended: bool = False


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=_WIDTH_IN_A_PIPE)


def _fetch(client: Client, slots: int, _: _State | None) -> _State:
    schedule = client.schedule(slots)
    opens_at = schedule.slots[0].opens_at if schedule.slots else None
    left = (opens_at - here_and_now()).total_seconds() if opens_at else _LONGEST_PAUSE_SECONDS
    return _State(schedule, min(left + _OPENING_SECONDS, _LONGEST_PAUSE_SECONDS))


def _picture(snapshot: Snapshot[_State], size: ConsoleDimensions, now: datetime) -> RenderableType:
    away = [one_row(Text(f"Reconnecting … {snapshot.away}", "yellow"))] if snapshot.away else []
    return Group(departure_board(snapshot.states[0].schedule, size.width - _ECHO_WIDTH, now, size.height), *away)


def _tell(snapshots: Iterable[Snapshot[_State]]) -> None:
    before: Snapshot[_State] | None = None
    for snapshot in snapshots:
        if snapshot.away and not (before and before.away):
            click.echo(f"Reconnecting: {snapshot.away}", err=True)
        if before is None or before.states[0].schedule != snapshot.states[0].schedule:
            show_schedule(snapshot.states[0].schedule, here_and_now())
        before = snapshot
