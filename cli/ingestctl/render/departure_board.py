"""Departure board: the times and the contents of the next slots."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate

from rich.console import Group, RenderableType
from rich.text import Text

from ingestctl.models import Schedule, Slot
from ingestctl.render.elements import one_row
from ingestctl.render.slot_table import slot_table
from ingestctl.render.wording import plural

_OTHER_ROWS = 6  # the sentence above, the headings with their line, the number of the rest, an outage, the cursor


def departure_board(
    schedule: Schedule, width: int | None, now: datetime, rows: int | None = None
) -> RenderableType:
    """Return the slots in a width, with a row for each batch; without a width, nothing is cut.

    With `rows`, the height of the screen, only the slots that fit are shown, and the rest is counted.
    """
    if not schedule.slots:
        return Text("Nothing waits.")
    shown = schedule.slots if rows is None else _fitting(schedule.slots, rows)
    return Group(*_above(schedule), slot_table(shown, width, now), *_below(len(schedule.slots) - len(shown)))


def _above(schedule: Schedule) -> Iterator[Text]:
    if schedule.slots[0].opens_at is None:
        yield one_row("Paused by an operator. When it is resumed, this is the order:", "yellow")


def _below(rest: int) -> Iterator[Text]:
    if rest:
        yield one_row(f"… {rest:,} more {plural(rest, 'slot')}", "dim")


def _fitting(slots: Sequence[Slot], rows: int) -> Sequence[Slot]:
    """Return the first slots, at least one, whose batches fit into the rows."""
    room = rows - _OTHER_ROWS
    fits = sum(needed <= room for needed in accumulate(len(slot.batches) for slot in slots))
    return slots[: max(1, fits)]
