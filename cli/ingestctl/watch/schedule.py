"""The departure board, printed once or shown until Ctrl-C."""

import sys
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from rich.console import Console, ConsoleDimensions, Group, RenderableType

from ingestctl.client import Client
from ingestctl.models import Schedule
from ingestctl.render.departure_board import departure_board
from ingestctl.render.elements import outage_rows
from ingestctl.render.live import LiveDisplay, can_draw
from ingestctl.render.screen import ECHO_WIDTH
from ingestctl.render.snapshot import Snapshot
from ingestctl.watch.outages import with_outage_notices
from ingestctl.watch.poll import poll

_NO_WIDTH = 10**6  # of a line in a pipe, where none is cut
_LONGEST_PAUSE_SECONDS = 3.0
_OPENING_SECONDS = 0.1  # until a slot that opened has left the schedule


def show_schedule(schedule: Schedule, now: datetime) -> None:
    """Print the board on stdout, with every slot; in a pipe, nothing is cut."""
    console = _console()
    console.print(departure_board(schedule, console.width if sys.stdout.isatty() else None, now))


def watch_schedule(client: Client, slots: int) -> None:
    """Show the next slots until Ctrl-C, which is raised as KeyboardInterrupt; blocks, in the main thread.

    On a terminal the board counts down, elsewhere it is printed again whenever it changes. The client should
    not retry by itself. Raises UnreachableError when the service stays away, and what the client raises.
    """
    console = _console()
    fetch = partial(_fetch, client, slots)
    if can_draw(console):
        display = LiveDisplay(console, _screen, client.now)
        display.show(poll([fetch], wait=display.wait))
        return
    printed: Schedule | None = None
    for snapshot in with_outage_notices(poll([fetch])):
        schedule = snapshot.states[0].schedule
        if schedule != printed:
            show_schedule(schedule, client.now())
            printed = schedule


@dataclass(frozen=True, slots=True)
class _State:
    """A schedule, and the seconds in which it hardly changes; it never ends."""

    schedule: Schedule
    retry_after: float
    ended: bool = False


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=_NO_WIDTH)


def _fetch(client: Client, slots: int, _: _State | None) -> _State:
    schedule = client.schedule(slots)
    opens_at = schedule.slots[0].opens_at if schedule.slots else None
    left = (opens_at - client.now()).total_seconds() if opens_at else _LONGEST_PAUSE_SECONDS
    return _State(schedule, min(left + _OPENING_SECONDS, _LONGEST_PAUSE_SECONDS))


def _screen(snapshot: Snapshot[_State], size: ConsoleDimensions, now: datetime) -> RenderableType:
    board = departure_board(snapshot.states[0].schedule, size.width - ECHO_WIDTH, now, size.height)
    return Group(board, *outage_rows(snapshot.outage))
