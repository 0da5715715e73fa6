"""The departure board: when the next slots open, and what they carry."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import accumulate

import click
from rich.console import Console, ConsoleDimensions, Group, RenderableType
from rich.text import Text

from cli.block import one_row
from cli.client import Client
from cli.film import Film, draws
from cli.schedule import Schedule, Slot
from cli.slot_table import slot_table
from cli.times import here_and_now
from cli.watch import Sight, follow

_ROWS_BESIDE_THE_SLOTS = 6  # the sentence above, the head with its line, the rest, the service is away, the cursor
_ECHO_WIDTH = len("^C")
_LONGEST_PAUSE_SECONDS = 3.0
_OPENING_SECONDS = 0.1  # until a slot that opened is gone from the schedule


def board(schedule: Schedule, width: int, now: datetime, rows: int | None = None) -> RenderableType:
    """Return the slots in a width, with a row for each batch; `now` brings the time zone of the reader.

    With `rows`, only as many slots as fit on a screen of so many rows; the rest is counted.
    """
    if not schedule.slots:
        return Text("Nothing waits.")
    shown = schedule.slots if rows is None else _fitting(schedule.slots, rows)
    return Group(*_above(schedule), slot_table(shown, width, now), *_below(len(schedule.slots) - len(shown)))


def watch_schedule(client: Client, slots: int) -> None:
    """Show the next slots until Ctrl-C, which is raised as KeyboardInterrupt; blocks, in the main thread.

    On a terminal the board counts down, elsewhere it is printed anew whenever it changes. The client should have
    no patience of its own. Raises UnreachableError when the service stays away, and what the client raises.
    """
    console = Console()
    look = partial(_look, client, slots)
    if draws(console):
        film = Film(console, _picture)
        film.show(follow([look], wait=film.wait))
    else:
        _print(console, follow([look]))


@dataclass(frozen=True, slots=True)
class _Seen:
    """A schedule, and for how long there is hardly anything new to see; it never ends."""

    schedule: Schedule
    retry_after: float
    ended: bool = False


def _look(client: Client, slots: int, _: _Seen | None) -> _Seen:
    schedule = client.schedule(slots)
    opens_at = schedule.slots[0].opens_at if schedule.slots else None
    left = (opens_at - here_and_now()).total_seconds() if opens_at else _LONGEST_PAUSE_SECONDS
    return _Seen(schedule, min(left + _OPENING_SECONDS, _LONGEST_PAUSE_SECONDS))


def _picture(sight: Sight[_Seen], screen: ConsoleDimensions, now: datetime) -> RenderableType:
    away = [one_row(Text(f"Reconnecting … {sight.away}", "yellow"))] if sight.away else []
    return Group(board(sight.seen[0].schedule, screen.width - _ECHO_WIDTH, now, screen.height), *away)


def _print(console: Console, sights: Iterable[Sight[_Seen]]) -> None:
    before: Sight[_Seen] | None = None
    for sight in sights:
        if sight.away and not (before and before.away):
            click.echo(f"Reconnecting: {sight.away}", err=True)
        if before is None or before.seen[0].schedule != sight.seen[0].schedule:
            console.print(board(sight.seen[0].schedule, console.width, here_and_now()))
        before = sight


def _above(schedule: Schedule) -> Iterator[Text]:
    if schedule.slots[0].opens_at is None:
        yield one_row(Text("Paused by an operator. When it is resumed, this is the order:", "yellow"))


def _below(rest: int) -> Iterator[Text]:
    if rest:
        yield one_row(Text(f"… {rest:,} more {'slot' if rest == 1 else 'slots'}", "dim"))


def _fitting(slots: Sequence[Slot], rows: int) -> Sequence[Slot]:
    """Return the first slots, at least one, whose batches fit into the rows."""
    room = rows - _ROWS_BESIDE_THE_SLOTS
    fits = sum(needed <= room for needed in accumulate(len(slot.batches) for slot in slots))
    return slots[: max(1, fits)]
