"""An ingestion as a picture for a terminal: a table and a progress bar; nothing is printed here."""

from collections import Counter
from collections.abc import Iterable
from heapq import nsmallest

from rich import box
from rich.console import ConsoleDimensions, Group, RenderableType
from rich.constrain import Constrain
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cli.ingestion import Batch, IngestionStatus, Status
from cli.lines import summary
from cli.watch import Sight

_WIDTH = 72
_ECHO_WIDTH = len("^C")  # in the last column it would wrap, and Live would lose count of its rows
_ROWS_BESIDE_THE_TABLE = 8
_FOLD_ROWS = len(Status)
_STYLES = {Status.COMPLETED: "green", Status.TRIGGERED: "bold yellow", Status.YET_TO_START: "dim"}
_URGENCY = {Status.TRIGGERED: 0, Status.YET_TO_START: 1, Status.COMPLETED: 2}


def picture(sight: Sight, screen: ConsoleDimensions) -> RenderableType:
    """Return the picture of a sight, with as many batches as fit the screen.

    The triggered batches come first, then the next ones, then the last completed; the rest is counted.
    """
    status = sight.status
    table = _table(status.batches, room=screen.height - _ROWS_BESIDE_THE_TABLE)
    parts = [_title(status), "", table, "", _bar(status)]
    if sight.away:
        parts.append(_one_row(f"Reconnecting … {sight.away}", "yellow"))
    return Constrain(Group(*parts), min(_WIDTH, screen.width - _ECHO_WIDTH))


def _title(status: IngestionStatus) -> RenderableType:
    return _one_row("Ingestion ").append(status.ingestion_id, "bold")


def _table(batches: tuple[Batch, ...], room: int) -> RenderableType:
    shown = _most_urgent(batches, room)
    folded = _count(batches) - _count(batch for _, batch in shown)
    table = _empty_table(number_width=len(str(len(batches))))
    _fold(table, folded, Status.COMPLETED)
    for number, batch in shown:
        table.add_row(str(number), ", ".join(map(str, batch.ids)), _words(batch.status))
    _fold(table, folded, Status.TRIGGERED)
    _fold(table, folded, Status.YET_TO_START)
    return table


def _most_urgent(batches: tuple[Batch, ...], room: int) -> list[tuple[int, Batch]]:
    """Return as many numbered batches as there is room for, in the order of their numbers."""
    fitting = room if len(batches) <= room else max(1, room - _FOLD_ROWS)
    return sorted(nsmallest(fitting, enumerate(batches, 1), key=_urgency))


def _urgency(numbered: tuple[int, Batch]) -> tuple[int, int]:
    number, batch = numbered
    return _URGENCY[batch.status], -number if batch.status is Status.COMPLETED else number


def _count(batches: Iterable[Batch]) -> Counter[Status]:
    return Counter(batch.status for batch in batches)


def _empty_table(number_width: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, show_edge=False, pad_edge=False)
    table.add_column("Batch", justify="right", min_width=number_width, no_wrap=True)
    table.add_column("Ids", ratio=1, no_wrap=True)
    table.add_column("Status", min_width=len("yet to start"), no_wrap=True)
    return table


def _fold(table: Table, folded: Counter[Status], status: Status) -> None:
    if folded[status]:
        table.add_row("…", f"{folded[status]:,} more", _words(status), style="dim")


def _words(status: Status) -> Text:
    return Text(status.replace("_", " "), _STYLES[status])


def _bar(status: IngestionStatus) -> RenderableType:
    bar = Table.grid(padding=(0, 1), expand=True)
    bar.add_column(ratio=1)
    bar.add_column(no_wrap=True)
    bar.add_row(ProgressBar(len(status.batches), status.completed, complete_style="green"), summary(status))
    return bar


def _one_row(text: str, style: str = "") -> Text:
    return Text(text, style, no_wrap=True, overflow="ellipsis")
