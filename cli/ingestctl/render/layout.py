"""The columns of the table of batches, and how its times are written, for the width there is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ingestctl.models import IngestionStatus, Status, TimedBatch
from ingestctl.render.times import clock, how_soon
from ingestctl.render.view import IngestionView

GAP = 3


class Column(StrEnum):
    """A column beside the number of the batch."""

    IDS = "Ids"
    STATUS = "Status"
    ATTEMPTS = "Attempts"
    WHEN = "When"


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that fit, the least width of each, and whether a time tells how soon it is, too."""

    widths: dict[Column, int]
    tells_how_soon: bool = False

    @property
    def width(self) -> int:
        """The least width of all columns, with the gaps before them."""
        return sum(GAP + width for width in self.widths.values())

    def when(self, batch: TimedBatch, now: datetime) -> str:
        """Return when a batch finished, since when it runs, or when it is to start; empty if not known."""
        if self.tells_how_soon and batch.status is Status.YET_TO_START and batch.started_at:
            return f"{_when(batch, now)}, {how_soon(batch.started_at, now)}"
        return _when(batch, now)


def fitting(view: IngestionView, shown: Sequence[TimedBatch], width: int, now: datetime) -> Layout:
    """Return the layout that tells most of the shown batches within a width.

    How soon a batch starts goes first, then the last of the ids, the attempts, all ids, the status; the time
    stays to the end.
    """
    if isinstance(view.whole, IngestionStatus):
        return Layout(_IDS | _STATUS)
    ids = {Column.IDS: min(_MOST_IDS, max([_LEAST_IDS, *(len(written(batch.ids)) for batch in view.batches)]))}
    brief = {Column.WHEN: _widest([_RUNS, *(_when(batch, now) for batch in shown)])}
    wide = {Column.WHEN: brief[Column.WHEN] + len(_SOON)}
    layouts = (
        Layout(ids | _STATUS | _ATTEMPTS | wide, tells_how_soon=True),
        Layout(ids | _STATUS | _ATTEMPTS | brief),
        Layout(_IDS | _STATUS | _ATTEMPTS | brief),
        Layout(_IDS | _STATUS | brief),
        Layout(_STATUS | brief),
    )
    return next((layout for layout in layouts if layout.width <= width), Layout({Column.WHEN: 0}))


def written(ids: Iterable[int]) -> str:
    """Return ids as the table shows them."""
    return ", ".join(map(str, ids))


_LEAST_IDS = 10
_IDS = {Column.IDS: _LEAST_IDS}
_MOST_IDS = len("1000000007, 1000000007, 1000000007")
_STATUS = {Column.STATUS: len("yet to start")}
_ATTEMPTS = {Column.ATTEMPTS: len(Column.ATTEMPTS)}
_RUNS = "since 12:00:00"
_SOON = ", in 59m 59s"


def _widest(texts: Iterable[str]) -> int:
    return max(map(len, texts))


def _when(batch: TimedBatch, now: datetime) -> str:
    if batch.status is Status.COMPLETED:
        return f"done {clock(batch.finished_at, now)}" if batch.finished_at else ""
    if batch.started_at is None:
        return ""
    return f"{'since' if batch.status is Status.TRIGGERED else 'at'} {clock(batch.started_at, now)}"
