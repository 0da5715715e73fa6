"""The batches of an ingestion as a table for a terminal."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from heapq import nsmallest

from rich import box
from rich.table import Table
from rich.text import Text

from ingestctl.models import Status, TimedBatch
from ingestctl.render.layout import Column, Layout, fitting, written
from ingestctl.render.styles import STYLES
from ingestctl.render.view import IngestionView

_URGENCY = {Status.TRIGGERED: 0, Status.YET_TO_START: 1, Status.COMPLETED: 2, Status.CANCELLED: 3}


def table(view: IngestionView, room: int, width: int, now: datetime) -> Table:
    """Return a table of the most urgent batches, in as many rows as there is room for; the rest is counted."""
    shown, folded = _divided(view, room)
    number_width = max(len("Batch"), len(str(view.whole.total)))
    layout = fitting(view, shown, width - number_width, now)
    drawn = _empty_table(layout, number_width)
    _fold(drawn, layout, folded, Status.COMPLETED)
    for batch in shown:
        drawn.add_row(str(batch.number + 1), *_cells(batch, layout, now))
    for status in (Status.TRIGGERED, Status.YET_TO_START, Status.CANCELLED):
        _fold(drawn, layout, folded, status)
    return drawn


def _divided(view: IngestionView, room: int) -> tuple[Sequence[TimedBatch], Counter[Status]]:
    """Return the batches to show, at least one, by their numbers, and how many of each status are folded."""
    for count in range(max(room, 1), 0, -1):
        shown = nsmallest(count, view.batches, key=_urgency)
        folded = Counter(view.counts) - Counter(batch.status for batch in shown)
        if len(shown) + len(folded) <= room:
            break
    return sorted(shown, key=lambda batch: batch.number), folded


def _urgency(batch: TimedBatch) -> tuple[int, int]:
    return _URGENCY[batch.status], -batch.number if batch.status is Status.COMPLETED else batch.number


def _empty_table(layout: Layout, number_width: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, show_edge=False, pad_edge=False)
    table.add_column("Batch", justify="right", min_width=number_width, no_wrap=True)
    for column, width in layout.widths.items():
        if column is next(iter(layout.widths)):
            table.add_column(column, ratio=1, no_wrap=True)
        else:
            table.add_column(column, min_width=width, no_wrap=True)
    return table


def _cells(batch: TimedBatch, layout: Layout, now: datetime) -> list[str | Text]:
    cells: dict[Column, str | Text] = {
        Column.IDS: written(batch.ids),
        Column.STATUS: _words(batch.status),
        Column.ATTEMPTS: str(batch.attempts or ""),
        Column.WHEN: layout.when(batch, now),
    }
    return [cells[column] for column in layout.widths]


def _fold(table: Table, layout: Layout, folded: Counter[Status], status: Status) -> None:
    if folded[status]:
        table.add_row("…", *_fold_cells(layout, f"{folded[status]:,} more", _words(status)), style="dim")


def _fold_cells(layout: Layout, more: str, words: Text) -> list[str | Text]:
    """Put the count where there is a column for it: beside the status if that is shown, else before it."""
    if Column.STATUS not in layout.widths:
        return [Text(f"{more} ").append(words)]
    elsewhere = "" if Column.IDS in layout.widths else more
    cells: dict[Column, str | Text] = {Column.IDS: more, Column.STATUS: words, Column.WHEN: elsewhere}
    return [cells.get(column, "") for column in layout.widths]


def _words(status: Status) -> Text:
    return Text(status.replace("_", " "), STYLES[status])
