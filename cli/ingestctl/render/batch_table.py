"""Table of the batches of an ingestion."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from heapq import nsmallest

from rich.table import Table
from rich.text import Text

from ingestctl.models import Status, TimedBatch
from ingestctl.render.elements import plain_table
from ingestctl.render.layout import GAP, Column, Layout, layout_of, written
from ingestctl.render.styles import STYLES
from ingestctl.render.view import IngestionView
from ingestctl.render.wording import words

_URGENCY = {Status.TRIGGERED: 0, Status.YET_TO_START: 1, Status.COMPLETED: 2, Status.CANCELLED: 3}


def batch_table(view: IngestionView, room: int, width: int, now: datetime) -> Table:
    """Return a table of the most urgent batches in at most `room` rows; the other batches are counted."""
    shown, folded = _divided(view, room)
    layout = layout_of(view, shown, width, now)
    table = _empty_table(layout)
    _fold(table, layout, folded, Status.COMPLETED)
    for batch in shown:
        table.add_row(*_cells(batch, layout, now))
    for status in (Status.TRIGGERED, Status.YET_TO_START, Status.CANCELLED):
        _fold(table, layout, folded, status)
    return table


def _divided(view: IngestionView, room: int) -> tuple[Sequence[TimedBatch], Counter[Status]]:
    """Return the batches to show, at least one, by their numbers, and the number of the others by status."""
    for count in range(max(room, 1), 0, -1):
        shown = nsmallest(count, view.batches, key=_urgency)
        folded = Counter(view.counts) - Counter(batch.status for batch in shown)
        if len(shown) + len(folded) <= room:
            break
    return sorted(shown, key=lambda batch: batch.number), folded


def _urgency(batch: TimedBatch) -> tuple[int, int]:
    return _URGENCY[batch.status], -batch.number if batch.status is Status.COMPLETED else batch.number


def _empty_table(layout: Layout) -> Table:
    """Return the headings; the column behind the number gets the width that is left."""
    table = plain_table(GAP, expand=True)
    (number, width), (first, _), *others = layout.widths.items()
    table.add_column(number, justify="right", min_width=width, no_wrap=True)
    table.add_column(first, ratio=1, no_wrap=True)
    for column, width in others:
        table.add_column(column, min_width=width, no_wrap=True)
    return table


def _cells(batch: TimedBatch, layout: Layout, now: datetime) -> list[str | Text]:
    cells: dict[Column, str | Text] = {
        Column.NUMBER: str(batch.number + 1),
        Column.IDS: written(batch.ids),
        Column.STATUS: _status(batch.status),
        Column.ATTEMPTS: str(batch.attempts or ""),
        Column.WHEN: layout.when(batch, now),
    }
    return [cells[column] for column in layout.widths]


def _fold(table: Table, layout: Layout, folded: Counter[Status], status: Status) -> None:
    if folded[status]:
        table.add_row(*_fold_cells(layout, f"{folded[status]:,} more", _status(status)), style="dim")


def _fold_cells(layout: Layout, more: str, status: Text) -> list[str | Text]:
    """Put the count where there is a column for it: beside the status if that is shown, else before it."""
    if Column.STATUS not in layout.widths:
        return ["…", Text(f"{more} ").append(status)]
    elsewhere = "" if Column.IDS in layout.widths else more
    cells: dict[Column, str | Text] = {
        Column.NUMBER: "…",
        Column.IDS: more,
        Column.STATUS: status,
        Column.WHEN: elsewhere,
    }
    return [cells.get(column, "") for column in layout.widths]


def _status(status: Status) -> Text:
    return Text(words(status), STYLES[status])
