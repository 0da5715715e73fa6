"""The access log, and the metric of durations."""

import logging
from collections.abc import Iterator

import pytest
from flask import Flask, Response, abort
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry

from ingest_service.web.http.access_log import AccessLog
from tests.doubles import VirtualClock
from tests.simulation import SECOND, Simulation

MILLISECOND = SECOND // 1000
LOGGER = "ingest_service.web.http.access_log"


class Slow:
    """An application that takes its time on the virtual clock."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.registry = CollectorRegistry()
        app = Flask("slow")
        AccessLog(self.registry, self.clock).watch(app)
        app.add_url_rule("/lines", view_func=self.lines)
        app.add_url_rule("/things/<ingestion_id>", view_func=self.change, methods=["POST", "DELETE", "PATCH"])
        app.add_url_rule("/broken", view_func=self.broken)
        self.client = app.test_client()

    def lines(self) -> Response:
        self.clock.time += SECOND
        return Response(self._lines())

    def change(self, ingestion_id: str) -> str:
        self.clock.time += 12_300_000
        return ingestion_id

    def broken(self) -> str:
        abort(503)

    def measured(self) -> float | None:
        labels = {"method": "GET", "route": "/lines", "status": "2xx"}
        return self.registry.get_sample_value("ingest_http_request_duration_seconds_sum", labels)

    def _lines(self) -> Iterator[str]:
        for line in ("one\n", "two\n"):
            self.clock.time += 2 * SECOND
            yield line


@pytest.fixture
def slow() -> Slow:
    return Slow()


def test_an_answer_that_is_sent_in_pieces_is_measured_to_its_last_byte(slow: Slow) -> None:
    response = slow.client.get("/lines")
    assert slow.measured() is None
    assert response.text == "one\ntwo\n"
    response.close()
    assert slow.measured() == 5


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH"])
def test_a_request_that_changes_something_leaves_one_line(
    slow: Slow, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    with caplog.at_level(logging.INFO, LOGGER):
        slow.client.open("/things/abc", method=method, buffered=True)
    (record,) = caplog.records
    assert record.levelname == "INFO"
    assert record.getMessage() == f"{method} /things/abc: 200 in 12.3 ms"
    fields = {
        "method": method,
        "route": "/things/<ingestion_id>",
        "ingestion_id": "abc",
        "status": 200,
        "ms": 12.3,
    }
    assert fields.items() <= record.__dict__.items()


def test_a_request_that_fails_on_our_side_leaves_a_warning(slow: Slow, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, LOGGER):
        slow.client.get("/broken", buffered=True)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == "GET /broken: 503 in 0 ms"
    assert not hasattr(record, "ingestion_id")


def test_polling_leaves_no_line(
    simulation: Simulation, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    ingestion_id = simulation.submit([1])
    with caplog.at_level(logging.INFO, LOGGER):
        for path in (f"/status/{ingestion_id}", f"/ingestions/{ingestion_id}", "/nowhere", "/metrics"):
            client.get(path, buffered=True)
    assert [record for record in caplog.records if record.name == LOGGER] == []
