"""The way around Flask answers as Flask does, and leaves the same traces."""

import gzip
import json
import logging
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ingest_service.app import build_service, create_app
from ingest_service.config import Settings
from ingest_service.domain.model import Priority
from ingest_service.metrics import Metrics
from ingest_service.service import Service
from ingest_service.web.http.path_normalizer import PathNormalizer
from ingest_service.web.http.request_id import RequestIds
from tests.simulation import Simulation

BODY = b'{"ids": [1, 2, 3, 4, 5], "priority": "HIGH"}'
BODIES = {
    "plain": BODY,
    "spaced": b' {"priority":"LOW",\n"ids":[ 1000000007 ]} ',
    "another field": b'{"ids": [1], "priority": "LOW", "note": "mine"}',
    "a slip of the pen": b'{"ids": [1], "priority": "LOW", "deadlin": "2026-11-22T08:00:00Z"}',
    "deadline": b'{"ids": [1], "priority": "LOW", "deadline": "2200-11-22T08:00:00Z"}',
    "no deadline": b'{"ids": [1], "priority": "LOW", "deadline": null}',
    "too many": b'{"ids": [1,2,3,4,5,6,7,8,9,10,11], "priority": "LOW"}',
    "no ids": b'{"ids": [], "priority": "LOW"}',
    "zero": b'{"ids": [0], "priority": "LOW"}',
    "a boolean": b'{"ids": [true], "priority": "LOW"}',
    "a float": b'{"ids": [1.0], "priority": "LOW"}',
    "no priority": b'{"ids": [1]}',
    "twice": b'{"ids": [1], "ids": [2], "priority": "LOW"}',
    "not an object": b"[1]",
    "not JSON": b"ids=1",
    "empty": b"",
    "a mark before it": b"\xef\xbb\xbf" + BODY,
    "UTF-16": BODY.decode().encode("utf-16"),
    "long": b" " * 70_000 + BODY,
}
HEADERS: dict[str, dict[str, str]] = {
    "none": {},
    "a form": {"Content-Type": "application/x-www-form-urlencoded"},
    "a name": {"X-Request-ID": "mine"},
    "accept": {"Accept": "application/problem+json"},
    "a browser": {"Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip"},
    "own origin": {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
    "foreign origin": {"Origin": "http://evil.example"},
    "a foreign page": {"Sec-Fetch-Site": "cross-site"},
    "prefix": {"X-Forwarded-Prefix": "/mounted"},
    "encoding": {"Content-Encoding": "gzip"},
    "identity": {"Content-Encoding": "identity"},
    "key": {"Idempotency-Key": "night-1"},
    "bad key": {"Idempotency-Key": "ü"},
    "range": {"Range": "bytes=0-3", "If-Modified-Since": "Sat, 29 Oct 1994 19:43:31 GMT"},
    "if match": {"If-Match": '"x"'},
    "another host": {"Host": "evil.example"},
    "our host": {"Host": "ingest.example:8000"},
}
PATHS = (
    *("/health", "/health/", "/health//", "/health?x=1", "/healthy", "/ingest", "/ready"),
    *("/status/{}", "/status//{}/", "/status/{}?x=1", "/status/x", "/status/{}/x", "/status/", "/statuses/{}"),
    "/status/00000000-0000-4000-8000-000000000000",
)


class Ways:
    """The same service asked in two ways, each with metrics of its own."""

    def __init__(self, service: Service, **environment: str) -> None:
        settings = Settings.from_environ({"INGEST_MAX_IDS": "10", **environment})
        self.metrics = {name: Metrics() for name in ("short", "flask")}
        apps = {name: create_app(service, settings, one) for name, one in self.metrics.items()}
        around(apps["flask"])
        self._clients = {name: app.test_client() for name, app in apps.items()}

    def ask(self, method: str, path: str, **asked: Any) -> list[tuple[Any, ...]]:
        """Return the two answers, without the ids that differ each time."""
        return [answered(client, method, path, **asked) for client in self._clients.values()]

    def counted(self) -> list[list[tuple[Any, ...]]]:
        """Return what both have counted of the requests."""
        return [sorted(of_requests(metrics)) for metrics in self.metrics.values()]


def around(app: Flask) -> None:
    """Let every request go through Flask."""
    app.wsgi_app = RequestIds(PathNormalizer(Flask.wsgi_app.__get__(app)))  # type: ignore[method-assign]


def answered(client: FlaskClient, method: str, path: str, **asked: Any) -> tuple[Any, ...]:
    response = client.open(path, method=method, **asked)
    headers, body = dict(response.headers), response.get_data()
    if "Content-Encoding" in headers:
        body = gzip.decompress(body)
    text = body.decode()
    if "X-Request-ID" not in dict(asked.get("headers") or {}):
        name = headers.pop("X-Request-ID")
        assert re.fullmatch("[0-9a-f]{32}", name)
        text = text.replace(name, "named")
    for name in new_ids(text):
        text, headers = text.replace(name, "new"), {key: one.replace(name, "new") for key, one in headers.items()}
    # A page that shows the name of its request is as long, but not always when it is compressed.
    if "Content-Encoding" in headers:
        del headers["Content-Length"], headers["ETag"]
    response.close()
    return response.status, headers, text


def new_ids(text: str) -> Iterator[str]:
    """Yield the id of a new ingestion."""
    try:
        said = json.loads(text)
    except ValueError:
        return
    if isinstance(said, dict) and set(said) == {"ingestion_id"}:
        yield said["ingestion_id"]


def of_requests(metrics: Metrics) -> Iterator[tuple[Any, ...]]:
    for family in metrics.registry.collect():
        if family.name == "ingest_http_request_duration_seconds":
            for sample in family.samples:
                if sample.name.endswith("_count"):
                    yield tuple(sample.labels.values()), sample.value


@pytest.fixture
def engine_kind() -> str:
    """One of them: what is asked here does not depend on it."""
    return "embedded"


@pytest.fixture
def ways(simulation: Simulation) -> Ways:
    return Ways(simulation.service)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Service]:
    """A service that runs, and opens no slots."""
    service = build_service(Settings.from_environ({"INGEST_DATABASE_URL": f"sqlite:///{tmp_path / 'ingest.db'}"}))
    service.start()
    service.pause()
    yield service
    service.stop()


@pytest.mark.parametrize("headers", HEADERS, ids=str)
@pytest.mark.parametrize("body", BODIES, ids=str)
def test_a_submission_is_answered_alike(ways: Ways, body: str, headers: str) -> None:
    first, second = ways.ask("POST", "/ingest", data=BODIES[body], headers=HEADERS[headers])
    assert first == second


@pytest.mark.parametrize("query", ["?dry_run=true", "?dry_run=false", "?dry=1", "?"])
def test_a_submission_with_a_query_is_answered_alike(ways: Ways, query: str) -> None:
    first, second = ways.ask("POST", f"/ingest{query}", data=BODY)
    assert first == second


@pytest.mark.parametrize("hosts", ["", "ingest.example,localhost"])
@pytest.mark.parametrize("origins", ["", "*", "http://evil.example"])
def test_rules_for_hosts_and_origins_hold_in_both_ways(running: Service, hosts: str, origins: str) -> None:
    environment = {"INGEST_ALLOWED_HOSTS": hosts, "INGEST_CORS_ORIGINS": origins}
    ways = Ways(running, **{name: value for name, value in environment.items() if value})
    path = f"/status/{running.submit([1], Priority.LOW)}"
    for headers in HEADERS.values():
        for method, asked in (("POST", "/ingest"), ("GET", "/health"), ("GET", path)):
            first, second = ways.ask(method, asked, data=BODY if method == "POST" else None, headers=headers)
            assert first == second


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE"])
def test_what_reads_is_answered_alike(running: Service, method: str) -> None:
    ways, ingestion_id = Ways(running), running.submit([1, 2, 3, 4, 5, 6, 7], Priority.LOW)
    for path, headers in product(PATHS, HEADERS.values()):
        first, second = ways.ask(method, path.format(ingestion_id), headers=headers)
        assert first == second


@pytest.mark.parametrize("slots", [0, 1, 2, 3])
def test_a_status_is_answered_alike_at_every_stage(simulation: Simulation, ways: Ways, slots: int) -> None:
    path = f"/status/{simulation.submit([1, 2, 3, 4, 5, 6, 7])}"
    for _ in range(slots):
        simulation.run_slot()
    first, second = ways.ask("GET", path)
    assert first == second
    tag = first[1]["ETag"]
    for known in (tag, f"W/{tag}", "*", '"0"', f'"0", {tag}', tag.strip('"'), "", '"'):
        first, second = ways.ask("GET", path, headers={"If-None-Match": known})
        assert first == second


@pytest.mark.parametrize("ids", [2999, 3000, 3001, 9000])
def test_a_status_of_many_ids_is_answered_alike(simulation: Simulation, ways: Ways, ids: int) -> None:
    first, second = ways.ask("GET", f"/status/{simulation.submit(range(1, ids + 1))}")
    assert first == second


def test_plain_requests_go_around_flask(running: Service) -> None:
    app = create_app(running, Settings.from_environ({}))
    app.before_request(lambda: pytest.fail("this one goes through Flask"))
    client = app.test_client()
    path = client.post("/ingest", data=BODY).headers["Location"]
    answer = client.get(path)
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert (answer.status_code, client.get("/health").status_code) == (200, 200)


def test_requests_are_counted_alike(running: Service) -> None:
    ways, path = Ways(running), f"/status/{running.submit([1], Priority.LOW)}"
    for method, asked in product(("GET", "POST"), ("/ingest", "/health", path, "/status/x")):
        ways.ask(method, asked, data=BODY)
    short, flask = ways.counted()
    assert short == flask
    assert (("POST", "/ingest", "2xx"), 1) in short


def test_a_submission_leaves_one_line_in_both_ways(ways: Ways, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        ways.ask("POST", "/ingest", data=BODY)
    short, flask = caplog.records
    fields = ("name", "levelname", "msg", "method", "route", "status", "ids", "priority")
    assert [getattr(short, name) for name in fields] == [getattr(flask, name) for name in fields]
    assert short.getMessage().endswith(f"; ingestion {short.ingestion_id}: 5 ids, HIGH")  # type: ignore[attr-defined]


def test_what_goes_wrong_is_answered_and_logged_by_flask(
    simulation: Simulation, ways: Ways, caplog: pytest.LogCaptureFixture
) -> None:
    simulation.service.stop()
    for method, path in (("POST", "/ingest"), ("GET", f"/status/{UUID(int=1)}"), ("GET", "/health")):
        first, second = ways.ask(method, path, data=BODY)
        assert first == second
        assert first[0].startswith("503")
    short, flask = ways.counted()
    assert short == flask
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert errors[::2] == errors[1::2]
