"""Table of the next slots."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from rich.table import Table
from rich.text import Text

from ingestctl.models import ScheduledBatch, Slot
from ingestctl.render.columns import table_width, widest_fitting
from ingestctl.render.elements import plain, plain_table
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


def slot_table(slots: Sequence[Slot], width: int | None, now: datetime) -> Table:
    """Return a table of slots, at least one, with a row for each batch.

    What does not fit the width is cut; without a width, nothing is.
    """
    widths = _whole_widths(slots, now) if width is None else _widths(slots, width, now)
    table = plain_table(_GAP)
    for column in widths:
        table.add_column(column, width=widths[column], no_wrap=True)
    for slot in slots:
        for place, batch in enumerate(slot.batches):
            cells = _cells(slot, batch, now, first=place == 0)
            table.add_row(*(cells[column] for column in widths))
    return table


def _widths(slots: Sequence[Slot], width: int, now: datetime) -> dict[_Column, int]:
    """Return the columns that fit; that of the ids is as wide as they need and the others leave."""
    longest = min(_MOST_IDS, _longest_ids(slots))
    chosen = widest_fitting(_choices(slots, longest, now), width, _GAP)
    left = chosen[_Column.IDS] + width - table_width(chosen, _GAP)
    widths = {**chosen, _Column.IDS: max(1, min(left, max(longest, len(_Column.IDS))))}
    return {column: widths[column] for column in _Column if column in widths}


def _whole_widths(slots: Sequence[Slot], now: datetime) -> dict[_Column, int]:
    widths = next(_choices(slots, max(_longest_ids(slots), len(_Column.IDS)), now))
    whole = max(len(batch.ingestion_id) for slot in slots for batch in slot.batches)
    widths[_Column.INGESTION] = max(whole, widths[_Column.INGESTION])
    return {column: widths[column] for column in _Column if column in widths}


def _longest_ids(slots: Sequence[Slot]) -> int:
    return max(len(written(batch.ids)) for slot in slots for batch in slot.batches)


def _choices(slots: Sequence[Slot], longest: int, now: datetime) -> Iterator[dict[_Column, int]]:
    """Yield the columns: the id of the ingestion is cut first, then the ids; then whole columns are left out."""
    opens = {_Column.OPENS: max(len(_opens(slot, now)) for slot in slots)}
    soon = {_Column.SOON: len("in 59m 59s")} if slots[0].opens_at else {}
    priority = {_Column.PRIORITY: len(_Column.PRIORITY)}
    whole, short = ({_Column.INGESTION: length} for length in (_ID_WIDTH, _SHORT_ID_WIDTH))
    ids, cut = ({_Column.IDS: length} for length in (longest, _LEAST_IDS))
    yield opens | soon | ids | whole | priority
    yield opens | soon | ids | short | priority
    yield opens | soon | cut | short | priority
    yield opens | cut | short | priority
    yield opens | cut | priority
    yield opens | {_Column.IDS: 0}


def _cells(slot: Slot, batch: ScheduledBatch, now: datetime, first: bool) -> dict[_Column, str | Text]:
    return {
        _Column.OPENS: _opens(slot, now) if first else "",
        _Column.SOON: how_soon(slot.opens_at, now) if first and slot.opens_at else "",
        _Column.IDS: written(batch.ids),
        _Column.INGESTION: plain(batch.ingestion_id),
        _Column.PRIORITY: Text(batch.priority, STYLES[batch.priority]),
    }


def _opens(slot: Slot, now: datetime) -> str:
    return clock(slot.opens_at, now) if slot.opens_at else "paused"
