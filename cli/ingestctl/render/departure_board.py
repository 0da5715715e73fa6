"""The departure board: when the next slots open, and what they carry; nothing is printed here."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate

from rich.console import Group, RenderableType
from rich.text import Text

from ingestctl.models import Schedule, Slot
from ingestctl.render.panel import one_row
from ingestctl.render.slot_table import slot_table

_ROWS_BESIDE_THE_SLOTS = 6  # the sentence above, the head with its line, the rest, the service is away, the cursor


def departure_board(schedule: Schedule, width: int, now: datetime, rows: int | None = None) -> RenderableType:
    """Return the slots in a width, with a row for each batch; `now` brings the time zone of the reader.

    With `rows`, only as many slots as fit on a screen of so many rows; the rest is counted.
    """
    if not schedule.slots:
        return Text("Nothing waits.")
    shown = schedule.slots if rows is None else _fitting(schedule.slots, rows)
    return Group(*_above(schedule), slot_table(shown, width, now), *_below(len(schedule.slots) - len(shown)))


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
