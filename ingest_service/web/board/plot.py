"""The last hour and the last day, for the plot of the board and for the tables beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from flask import Blueprint, Response, request

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.errors import StoreError
from ingest_service.reports.history import HistoryReport
from ingest_service.reports.stretches import Stretch, stretches
from ingest_service.service import Service
from ingest_service.web.board.pages import as_page, rendered
from ingest_service.web.board.shared import Shared
from ingest_service.web.http.compression import compressed
from ingest_service.web.http.conditional import conditional, entity_tag
from ingest_service.web.http.fields import Count, Number, ResponseModel, Time
from ingest_service.web.http.parameters import NoQuery, Query
from ingest_service.web.http.responses import HTML, JSON
from ingest_service.web.http.times import rfc3339

POLL = 30 * NANOSECONDS
_FRESH = NANOSECONDS
_MILLISECOND = NANOSECONDS // 1000
_MINUTE = 60 * NANOSECONDS


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time up to now, cut into `count` stretches (each of nanoseconds)."""

    stretch: int
    count: int

    def of(self, report: HistoryReport) -> list[Stretch]:
        """Return the stretches."""
        return stretches(report, self.stretch, self.count)


HOUR, DAY = Span(_MINUTE, 60), Span(5 * _MINUTE, 288)
SPANS = {"hour": HOUR, "day": DAY}
# Of the tables; people read few rows.
ROWS = {"hour": Span(5 * _MINUTE, 12), "day": Span(60 * _MINUTE, 24)}


class PlotQuery(Query):
    """The span of time that is plotted."""

    allowed: ClassVar = {"span": "must be hour (the default) or day"}

    span: Literal["hour", "day"] = "hour"


class Plot(ResponseModel):
    """The stretches of a span as columns: the first one begins at `start`, the last one lasts still."""

    start: Time
    step_seconds: Number
    slot_size: Number
    slots: list[Count]
    ids: list[Count]
    failed: list[Count]
    again: list[Count]
    longest_lag_ms: list[Count | None]
    waiting: list[Count]
    empty_at: Time | None

    @classmethod
    def of(cls, report: HistoryReport, span: Span) -> Self:
        """Return what happened in a span, and what is to come."""
        found = span.of(report)
        lags = (one.longest_lag for one in found)
        return cls(
            start=rfc3339(found[0].start),
            step_seconds=span.stretch // NANOSECONDS,
            slot_size=report.slot_size,
            slots=[one.slots for one in found],
            ids=[one.ids for one in found],
            failed=[one.failed for one in found],
            again=[one.again for one in found],
            longest_lag_ms=[None if lag is None else lag // _MILLISECOND for lag in lags],
            waiting=[one.waiting for one in found],
            empty_at=rfc3339(report.empty_at),
        )


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows of each table by its name, the latest first; none where the store cannot be read."""

    slot_size: int
    rows: Mapping[str, Sequence[Stretch]]


class LatestHistory:
    """The history as it was read last: all plots and tables share one reading. Any thread; raises StoreError."""

    def __init__(self, service: Service, clock: Clock) -> None:
        self._shared = Shared(service.history.read, _FRESH, clock)

    def plot(self, span: str) -> Plot:
        """Return what happened in a span."""
        return Plot.of(self._shared.get(), SPANS[span])

    def tables(self) -> Tables:
        """Return the tables."""
        report = self._shared.get()
        return Tables(report.slot_size, {name: rows.of(report)[::-1] for name, rows in ROWS.items()})

    def tables_if_any(self) -> Tables:
        """Return the tables, none where the store cannot be read."""
        try:
            return self.tables()
        except StoreError:
            return Tables(0, {})


def add_plot(routes: Blueprint, history: LatestHistory) -> None:
    """Add what the plot and its tables are made of."""

    @routes.get("/board/plot")
    def plot() -> Response:
        """Return the columns that are plotted; they change only when something has happened."""
        text = history.plot(PlotQuery.parse(request.args).span).to_json()
        return compressed(conditional(entity_tag(text), POLL, lambda: Response(text, mimetype=JSON)))

    @routes.get("/board/tables")
    def tables() -> Response:
        """Return the same as tables."""
        NoQuery.parse(request.args)
        html = rendered("board/plot_tables.html", tables=history.tables())
        return as_page(compressed(conditional(entity_tag(html), POLL, lambda: Response(html, mimetype=HTML))))
