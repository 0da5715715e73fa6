"""Ingestions in one or two rows each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from heapq import nsmallest

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ingestctl.models import Ingestion, Status
from ingestctl.render.elements import bar, one_row, plain
from ingestctl.render.summary import brief
from ingestctl.render.times import clock, how_soon
from ingestctl.render.view import IngestionView
from ingestctl.render.wording import words

_WIDTH_FOR_ONE_ROW = 72
_SHORT_ID_WIDTH = 8
_URGENCY = {Status.TRIGGERED: 0, Status.YET_TO_START: 1, Status.CANCELLED: 2, Status.COMPLETED: 2}


def compact(views: Sequence[IngestionView], width: int, rows: int, now: datetime) -> RenderableType:
    """Return one row for every ingestion, or two if one is too narrow and there is room.

    If there are not enough rows, running ingestions come first, and the rest is counted.
    """
    shown = _most_urgent(views, rows)
    texts = _texts(shown, now)
    if width < _WIDTH_FOR_ONE_ROW and 2 * len(views) <= rows:
        return Group(*_in_two_rows(shown, texts))
    id_width = None if width >= _WIDTH_FOR_ONE_ROW else _SHORT_ID_WIDTH
    in_one_row = (
        _row(view, after, view.whole.ingestion_id[:id_width]) for view, after in zip(shown, texts, strict=True)
    )
    return Group(*in_one_row, *_fold(views, shown))


def _in_two_rows(views: Sequence[IngestionView], texts: Sequence[Sequence[str]]) -> Iterator[RenderableType]:
    for view, after in zip(views, texts, strict=True):
        yield one_row(view.whole.ingestion_id)
        yield _row(view, after)


def _row(view: IngestionView, after: Sequence[str], *before: str) -> Table:
    grid = Table.grid(padding=(0, 1), expand=True)
    for _ in before:
        grid.add_column(no_wrap=True)
    grid.add_column(ratio=1)
    for _ in after:
        grid.add_column(no_wrap=True)
    grid.add_row(*map(plain, before), bar(view.whole.total, view.whole.completed), *after)
    return grid


def _texts(views: Sequence[IngestionView], now: datetime) -> Sequence[Sequence[str]]:
    """Return the texts behind the bars, equally long, so that the bars are."""
    counts = [brief(view) for view in views]
    outcomes = [_outcome(view, now) for view in views]
    widths = max(map(len, counts)), max(map(len, outcomes))
    return [(c.rjust(widths[0]), o.ljust(widths[1])) for c, o in zip(counts, outcomes, strict=True)]


def _outcome(view: IngestionView, now: datetime) -> str:
    whole = view.whole
    if not isinstance(whole, Ingestion):
        return words(whole.status)
    if not view.ended and whole.why and whole.why.paused_by_operator:
        return "paused"
    if whole.completes_at is None or whole.status is Status.CANCELLED:
        return words(whole.status)
    time = whole.completes_at
    return f"done at {clock(time, now)}" if view.ended else f"done {how_soon(time, now)}"


def _most_urgent(views: Sequence[IngestionView], rows: int) -> Sequence[IngestionView]:
    """Return as many ingestions as there are rows for, in the order given."""
    if len(views) <= rows:
        return views
    urgent = nsmallest(max(rows - 1, 1), range(len(views)), key=lambda n: _URGENCY[views[n].whole.status])
    return [views[n] for n in sorted(urgent)]


def _fold(views: Sequence[IngestionView], shown: Sequence[IngestionView]) -> Iterator[Text]:
    rest = Counter(view.whole.status for view in views) - Counter(view.whole.status for view in shown)
    if rest:
        counts = ", ".join(f"{count:,} {words(status)}" for status, count in rest.items())
        yield one_row(f"… {rest.total():,} more: {counts}", "dim")
