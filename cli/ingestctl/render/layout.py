"""Columns of the table of batches, and the form of its times, for a given width."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ingestctl.models import IngestionStatus, Status, TimedBatch
from ingestctl.render.columns import widest_fitting
from ingestctl.render.times import clock, how_soon
from ingestctl.render.view import IngestionView

GAP = 3


class Column(StrEnum):
    """A column of the table of batches."""

    NUMBER = "Batch"
    IDS = "Ids"
    STATUS = "Status"
    ATTEMPTS = "Attempts"
    WHEN = "When"


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that fit, with the least width of each; `with_countdown` adds to a time how soon it is."""

    widths: Mapping[Column, int]
    with_countdown: bool = False

    def when(self, batch: TimedBatch, now: datetime) -> str:
        """Return the time of a batch: its end, its start, or the expected start; empty if it is not known."""
        if self.with_countdown and batch.status is Status.YET_TO_START and batch.started_at:
            return f"{_when(batch, now)}, {how_soon(batch.started_at, now)}"
        return _when(batch, now)


def layout_of(view: IngestionView, shown: Sequence[TimedBatch], width: int, now: datetime) -> Layout:
    """Return the layout that shows most of the batches within a width.

    Left out are first the countdown, then the last of the ids, the attempts, all ids, the status; the time stays
    to the end.
    """
    number = {Column.NUMBER: max(len(Column.NUMBER), len(str(view.whole.total)))}
    if isinstance(view.whole, IngestionStatus):
        return Layout(number | _IDS | _STATUS)
    longest = max((len(written(batch.ids)) for batch in view.batches), default=0)
    ids = {Column.IDS: min(_MOST_IDS, max(_LEAST_IDS, longest))}
    time = {Column.WHEN: max(map(len, [_RUNS, *(_when(batch, now) for batch in shown)]))}
    countdown = {Column.WHEN: time[Column.WHEN] + len(_SOON)}
    choices = (
        number | ids | _STATUS | _ATTEMPTS | countdown,
        number | ids | _STATUS | _ATTEMPTS | time,
        number | _IDS | _STATUS | _ATTEMPTS | time,
        number | _IDS | _STATUS | time,
        number | _STATUS | time,
        number | {Column.WHEN: 0},
    )
    chosen = widest_fitting(choices, width, GAP)
    return Layout(chosen, with_countdown=chosen is choices[0])


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


def _when(batch: TimedBatch, now: datetime) -> str:
    if batch.status is Status.COMPLETED:
        return f"done {clock(batch.finished_at, now)}" if batch.finished_at else ""
    if batch.started_at is None:
        return ""
    return f"{'since' if batch.status is Status.TRIGGERED else 'at'} {clock(batch.started_at, now)}"
