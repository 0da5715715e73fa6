"""Access log: a line for each request that is logged, and the duration of every request as a metric."""

import logging
from dataclasses import dataclass
from functools import partial

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Histogram

from ingest_service.clock import NANOSECONDS, Clock

log = logging.getLogger(__name__)

_READING = {"GET", "HEAD", "OPTIONS"}
# A client may send many kilobytes.
MOST_OF_A_PATH = 200
_METHODS = _READING | {"POST", "PUT", "PATCH", "DELETE"}
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and the status of its answer; `route` is the template of its path, so that no id is in it."""

    method: str
    path: str
    route: str
    ingestion_id: str | None
    status: int

    @classmethod
    def of(cls, status: int) -> "Exchange":
        """Return the exchange of the current request."""
        return cls(
            method=request.method if request.method in _METHODS else "other",
            path=request.path[:MOST_OF_A_PATH],
            route=request.url_rule.rule if request.url_rule else "unmatched",
            ingestion_id=(request.view_args or {}).get("ingestion_id"),
            status=status,
        )

    @property
    def is_logged(self) -> bool:
        """True if the request may have changed something or failed on our side; polling is not logged."""
        return self.method not in _READING or self.status >= 500


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

    def watch(self, app: Flask) -> None:
        """Measure the requests of this application."""
        app.before_request(self._begin)
        app.after_request(self._end)

    def _begin(self) -> None:
        g.began = self._clock.now()

    def _end(self, response: Response) -> Response:
        response.call_on_close(partial(self._note, Exchange.of(response.status_code), g.began))
        return response

    def _note(self, exchange: Exchange, began: int) -> None:
        seconds = (self._clock.now() - began) / NANOSECONDS
        self._durations.labels(exchange.method, exchange.route, f"{exchange.status // 100}xx").observe(seconds)
        if exchange.is_logged:
            _log(exchange, round(1000 * seconds, 1))


def _log(exchange: Exchange, milliseconds: float) -> None:
    fields = {
        "method": exchange.method,
        "route": exchange.route,
        "ingestion_id": exchange.ingestion_id,
        "status": exchange.status,
        "ms": milliseconds,
    }
    level = logging.WARNING if exchange.status >= 500 else logging.INFO
    message = "%s %s: %d in %g ms"
    extra = {name: value for name, value in fields.items() if value is not None}
    log.log(level, message, exchange.method, exchange.path, exchange.status, milliseconds, extra=extra)
