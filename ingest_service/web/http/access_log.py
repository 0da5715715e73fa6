"""Access log: a line for each request that is logged, and the duration of every request as a metric."""

import logging
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Histogram

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.domain.model import Priority

log = logging.getLogger(__name__)

_READING = {"GET", "HEAD", "OPTIONS"}
# A client may send many kilobytes.
MOST_OF_A_PATH = 200
_METHODS = _READING | {"POST", "PUT", "PATCH", "DELETE"}
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Submitted(NamedTuple):
    """A submission in a few words: the number of its ids, and its priority."""

    ingestion_id: UUID
    ids: int
    priority: Priority


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and the status of its answer; `route` is the template of its path, so that no id is in it."""

    method: str
    path: str
    route: str
    status: int
    ingestion_id: str | None = None
    submitted: Submitted | None = None

    @classmethod
    def of(cls, status: int) -> "Exchange":
        """Return the exchange of the current request."""
        return cls(
            method=request.method if request.method in _METHODS else "other",
            path=request.path[:MOST_OF_A_PATH],
            route=request.url_rule.rule if request.url_rule else "unmatched",
            status=status,
            ingestion_id=(request.view_args or {}).get("ingestion_id"),
            submitted=g.get("submitted"),
        )

    @property
    def is_logged(self) -> bool:
        """True if the request may have changed something or failed on our side; polling is not logged."""
        return self.method not in _READING or self.status >= 500

    def fields(self) -> dict[str, Any]:
        """Return what programs read of it."""
        fields: dict[str, Any] = {"method": self.method, "route": self.route, "status": self.status}
        if self.ingestion_id is not None:
            fields["ingestion_id"] = self.ingestion_id
        if self.submitted is not None:
            ingestion_id, ids, priority = self.submitted
            fields |= {"ingestion_id": str(ingestion_id), "ids": ids, "priority": priority.name}
        return fields


def tell_submitted(ingestion_id: UUID, ids: int, priority: Priority) -> None:
    """Let the line of the current request tell what was submitted."""
    g.submitted = Submitted(ingestion_id, ids, priority)


class AccessLog:
    """Measures every request until the last byte of its answer was handed over, and logs some."""

    def __init__(self, registry: CollectorRegistry, clock: Clock) -> None:
        self._clock = clock
        self._durations = Histogram(
            "ingest_http_request_duration_seconds",
            "How long a request took, to the last byte of its answer.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=registry,
        )
        # One series for each kind of exchange; to look it up by its labels would take longer than to count in it.
        self._series: dict[tuple[str, str, int], Histogram] = {}

    def watch(self, app: Flask) -> None:
        """Measure the requests of this application."""
        app.before_request(self._begin)
        app.after_request(self._end)

    def now(self) -> int:
        """Return the time for `note`."""
        return self._clock.now()

    def note(self, exchange: Exchange, began: int) -> None:
        """Count an exchange that ends now, and log it if it is one of those."""
        seconds = (self._clock.now() - began) / NANOSECONDS
        kind = (exchange.method, exchange.route, exchange.status // 100)
        series = self._series.get(kind)
        if series is None:
            method, route, status = kind
            series = self._series[kind] = self._durations.labels(method, route, f"{status}xx")
        series.observe(seconds)
        if exchange.is_logged:
            _log(exchange, round(1000 * seconds, 1))

    def _begin(self) -> None:
        g.began = self._clock.now()

    def _end(self, response: Response) -> Response:
        response.call_on_close(partial(self.note, Exchange.of(response.status_code), g.began))
        return response


def _log(exchange: Exchange, milliseconds: float) -> None:
    level = logging.WARNING if exchange.status >= 500 else logging.INFO
    request = (exchange.method, exchange.path, exchange.status, milliseconds)
    extra = exchange.fields() | {"ms": milliseconds}
    if exchange.submitted is None:
        log.log(level, "%s %s: %d in %g ms", *request, extra=extra)
    else:
        ingestion = (extra["ingestion_id"], extra["ids"], extra["priority"])
        log.log(level, "%s %s: %d in %g ms; ingestion %s: %d ids, %s", *request, *ingestion, extra=extra)
