"""Ingestions in one or two rows each, for a terminal; nothing is printed here."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from heapq import nsmallest

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ingestctl.drawing.block import bar, one_row
from ingestctl.drawing.tally import brief
from ingestctl.drawing.times import clock, how_soon
from ingestctl.told.excerpt import Excerpt
from ingestctl.told.ingestion import Ingestion, Status

_WIDTH_FOR_ONE_ROW = 72
_SHORT_ID_WIDTH = 8
_URGENCY = {Status.TRIGGERED: 0, Status.YET_TO_START: 1, Status.CANCELLED: 2, Status.COMPLETED: 2}


def compact(excerpts: Sequence[Excerpt], width: int, rows: int, now: datetime) -> RenderableType:
    """Return one row for every ingestion, or two where one is too narrow and there is room.

    Where there are not enough rows those that run come first, and the rest is counted.
    """
    shown = _most_urgent(excerpts, rows)
    texts = _texts(shown, now)
    if width < _WIDTH_FOR_ONE_ROW and 2 * len(excerpts) <= rows:
        return Group(*_in_two_rows(shown, texts))
    id_width = None if width >= _WIDTH_FOR_ONE_ROW else _SHORT_ID_WIDTH
    in_one_row = (
        _row(excerpt, said, excerpt.whole.ingestion_id[:id_width])
        for excerpt, said in zip(shown, texts, strict=True)
    )
    return Group(*in_one_row, *_fold(excerpts, shown))


def _in_two_rows(excerpts: Sequence[Excerpt], texts: Sequence[Sequence[str]]) -> Iterator[RenderableType]:
    for excerpt, said in zip(excerpts, texts, strict=True):
        yield one_row(Text(excerpt.whole.ingestion_id))
        yield _row(excerpt, said)


def _row(excerpt: Excerpt, said: Sequence[str], *before: str) -> Table:
    grid = Table.grid(padding=(0, 1), expand=True)
    for _ in before:
        grid.add_column(no_wrap=True)
    grid.add_column(ratio=1)
    for _ in said:
        grid.add_column(no_wrap=True)
    grid.add_row(*before, bar(excerpt.whole.total, excerpt.whole.completed), *said)
    return grid


def _texts(excerpts: Sequence[Excerpt], now: datetime) -> Sequence[Sequence[str]]:
    """Return what is said of each, equally long, so that the bars are."""
    counts = [brief(excerpt) for excerpt in excerpts]
    outcomes = [_outcome(excerpt, now) for excerpt in excerpts]
    widths = max(map(len, counts)), max(map(len, outcomes))
    return [(c.rjust(widths[0]), o.ljust(widths[1])) for c, o in zip(counts, outcomes, strict=True)]


def _outcome(excerpt: Excerpt, now: datetime) -> str:
    whole = excerpt.whole
    words = whole.status.replace("_", " ")
    if not isinstance(whole, Ingestion):
        return words
    if not excerpt.ended and whole.why and whole.why.paused_by_operator:
        return "paused"
    if whole.completes_at is None or whole.status is Status.CANCELLED:
        return words
    time = whole.completes_at
    return f"done at {clock(time, now)}" if excerpt.ended else f"done {how_soon(time, now)}"


def _most_urgent(excerpts: Sequence[Excerpt], rows: int) -> Sequence[Excerpt]:
    """Return as many ingestions as there are rows for, in the order given."""
    if len(excerpts) <= rows:
        return excerpts
    urgent = nsmallest(max(rows - 1, 1), range(len(excerpts)), key=lambda n: _URGENCY[excerpts[n].whole.status])
    return [excerpts[n] for n in sorted(urgent)]


def _fold(excerpts: Sequence[Excerpt], shown: Sequence[Excerpt]) -> Iterator[Text]:
    rest = Counter(excerpt.whole.status for excerpt in excerpts) - Counter(one.whole.status for one in shown)
    if rest:
        counts = ", ".join(f"{count:,} {status.replace('_', ' ')}" for status, count in rest.items())
        yield one_row(Text(f"… {rest.total():,} more: {counts}", "dim"))
