"""The next slots as a table for a terminal."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from rich import box
from rich.table import Table
from rich.text import Text

from ingestctl.models import ScheduledBatch, Slot
from ingestctl.render.layout import written
from ingestctl.render.styles import STYLES
from ingestctl.render.times import clock, how_soon

_GAP = 2
_LEAST_IDS = len("1, 2, 3")
_MOST_IDS = 34
_ID_WIDTH = len("3f0c7a52-8d0e-4d2b-9f5e-6a1b5c0d9e42")
_SHORT_ID_WIDTH = len("Ingestion")


class _Column(StrEnum):
    OPENS = "Opens"
    SOON = "In"
    IDS = "Ids"
    INGESTION = "Ingestion"
    PRIORITY = "Priority"


def slot_table(slots: Sequence[Slot], width: int, now: datetime) -> Table:
    """Return a table of slots, at least one, with a row for each batch; what does not fit the width is cut."""
    widths = _widths(slots, width, now)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for column in widths:
        table.add_column(column, width=widths[column], no_wrap=True)
    for slot in slots:
        for place, batch in enumerate(slot.batches):
            cells = _cells(slot, batch, now, first=place == 0)
            table.add_row(*(cells[column] for column in widths))
    return table


def _widths(slots: Sequence[Slot], width: int, now: datetime) -> dict[_Column, int]:
    """Return the columns that fit: the id of the ingestion is cut first, then the ids, then less is told."""
    ids = min(_MOST_IDS, max(len(written(batch.ids)) for slot in slots for batch in slot.batches))
    opens = {_Column.OPENS: max(len(_opens(slot, now)) for slot in slots)}
    soon = {_Column.SOON: len("in 59m 59s")} if slots[0].opens_at else {}
    priority = {_Column.PRIORITY: len(_Column.PRIORITY)}
    whole, short = ({_Column.INGESTION: length} for length in (_ID_WIDTH, _SHORT_ID_WIDTH))
    for columns, least in (
        (opens | soon | whole | priority, ids),
        (opens | soon | short | priority, ids),
        (opens | soon | short | priority, _LEAST_IDS),
        (opens | short | priority, _LEAST_IDS),
        (opens | priority, _LEAST_IDS),
        (opens, 0),
    ):
        left = width - sum(columns.values()) - _GAP * len(columns)
        if left >= least:
            break
    widths = columns | {_Column.IDS: max(1, min(left, max(ids, len(_Column.IDS))))}
    return {column: widths[column] for column in _Column if column in widths}


def _cells(slot: Slot, batch: ScheduledBatch, now: datetime, first: bool) -> dict[_Column, str | Text]:
    return {
        _Column.OPENS: _opens(slot, now) if first else "",
        _Column.SOON: how_soon(slot.opens_at, now) if first and slot.opens_at else "",
        _Column.IDS: written(batch.ids),
        _Column.INGESTION: batch.ingestion_id,
        _Column.PRIORITY: Text(batch.priority, STYLES[batch.priority]),
    }


def _opens(slot: Slot, now: datetime) -> str:
    return clock(slot.opens_at, now) if slot.opens_at else "paused"
