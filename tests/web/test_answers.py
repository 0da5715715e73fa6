"""Everything that is really answered is in the published description."""

from uuid import uuid4

import pytest
from flask import Flask

from ingest_service.app import create_app
from ingest_service.config import Settings
from ingest_service.domain.ledger import Answer, Outcome
from ingest_service.errors import StoreError
from ingest_service.stores.sqlite.records import SqliteRecords
from tests.doubles import good
from tests.engine_kinds import over_the_embedded_engine
from tests.engines.places import EmbeddedPlace
from tests.simulation import Simulate, Simulation
from tests.web.declared import TABLE, DeclaredClient

FIVE = {"ids": [1, 2, 3, 4, 5], "priority": "MEDIUM"}
PROBLEM = {"Accept": "application/problem+json"}


@pytest.fixture
def simulation(simulate: Simulate) -> Simulation:
    return simulate(most_ids=1000)


@pytest.fixture
def client(app: Flask) -> DeclaredClient:
    app.test_client_class = DeclaredClient
    client = app.test_client()
    assert isinstance(client, DeclaredClient)
    return client


def some_missing(record_id: int, number: int) -> Answer:
    return good(record_id, number) if record_id % 2 else Answer(error="HTTP 404 Not Found", status=404)


def look_at_everything(client: DeclaredClient, ingestion_id: str) -> None:
    """Ask whatever can be asked without changing anything; the client checks the answers."""
    one = f"/ingestions/{ingestion_id}"
    for path in (f"/status/{ingestion_id}", one, f"{one}/batches", f"{one}/results"):
        first = client.get(path)
        assert first.status_code == 200
        if "ETag" in first.headers:
            assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    for accept in ("application/x-ndjson", "text/csv"):
        assert client.get(f"{one}/results", headers={"Accept": accept}).status_code == 200
    pages = (
        "/ingestions",
        "/ingestions?limit=1",
        "/schedule",
        "/slots",
        "/slots?limit=1",
        "/audit",
        "/dispatcher",
    )
    for path in pages:
        assert client.get(path).status_code == 200


def test_every_answer_about_an_ingestion_on_its_way_is_declared(
    client: DeclaredClient, simulation: Simulation
) -> None:
    simulation.upstream.answer = some_missing
    ingestion_id = client.post("/ingest", json=FIVE).get_json()["ingestion_id"]
    late = {"ids": [7], "priority": "LOW", "deadline": "2099-01-01T00:00:00Z"}
    assert client.post("/ingest", json=late, headers={"Idempotency-Key": "k"}).status_code == 200
    look_at_everything(client, ingestion_id)
    slot = simulation.engine.open()
    assert slot is not None
    look_at_everything(client, ingestion_id)
    simulation.finish(slot)
    assert client.post("/ingest", json={"ids": [6], "priority": "HIGH"}).status_code == 200
    look_at_everything(client, ingestion_id)
    simulation.run()
    look_at_everything(client, ingestion_id)
    assert client.post(f"/ingestions/{ingestion_id}/retry").status_code == 200


def test_every_answer_while_the_dispatcher_is_paused_is_declared(client: DeclaredClient) -> None:
    assert client.post("/dispatcher/pause").get_json()["state"] == "paused"
    ingestion_id = client.post("/ingest", json=FIVE).get_json()["ingestion_id"]
    assert client.post("/ingest?dry_run=true", json=FIVE).get_json()["starts_at"] is None
    look_at_everything(client, ingestion_id)
    assert client.post("/dispatcher/resume").get_json()["state"] == "running"


def test_what_a_change_is_answered_is_declared(client: DeclaredClient, simulation: Simulation) -> None:
    ingestion_id = client.post("/ingest", json=FIVE).get_json()["ingestion_id"]
    other = client.post("/ingest", json=FIVE).get_json()["ingestion_id"]
    assert client.patch(f"/ingestions/{other}", json={"priority": "HIGH"}).status_code == 200
    assert client.post("/ingest?dry_run=true", json=FIVE).get_json()["delayed"] == 0
    assert client.post("/ingest?dry_run=true", json={**FIVE, "priority": "HIGH"}).get_json()["delayed"] == 1
    simulation.run_slot()
    assert client.delete(f"/ingestions/{other}").status_code == 200
    look_at_everything(client, other)
    simulation.run()
    for refused in (
        client.delete(f"/ingestions/{ingestion_id}"),
        client.patch(f"/ingestions/{ingestion_id}", json={"priority": "LOW"}),
        client.post(f"/ingestions/{ingestion_id}/retry"),
    ):
        assert refused.status_code == 409


@over_the_embedded_engine
@pytest.mark.parametrize("headers", [{}, PROBLEM])
@pytest.mark.parametrize(
    ("status", "method", "path", "body"),
    [
        (400, "POST", "/ingest", "no json"),
        (400, "POST", "/ingest?dry_run=maybe", "{}"),
        (400, "GET", "/ingestions?limit=0", ""),
        (400, "GET", "/ingestions/{known}/batches?limit=0", ""),
        (400, "GET", "/ingestions/{known}/results?after=x", ""),
        (400, "GET", "/ingestions/{known}/results?format=xls", ""),
        (400, "GET", "/schedule?slots=0", ""),
        (400, "GET", "/slots?before=0", ""),
        (400, "POST", "/ingestions/{known}/retry", '{"priority": 1}'),
        (400, "PATCH", "/ingestions/{known}", "{}"),
        (404, "GET", "/status/{unknown}", ""),
        (404, "GET", "/ingestions/{unknown}", ""),
        (404, "GET", "/ingestions/{unknown}/batches", ""),
        (404, "GET", "/ingestions/{unknown}/results", ""),
        (404, "POST", "/ingestions/{unknown}/retry", ""),
        (404, "PATCH", "/ingestions/{unknown}", '{"priority": "LOW"}'),
        (404, "DELETE", "/ingestions/{unknown}", ""),
        (409, "POST", "/ingest", '{"ids": [1], "priority": "LOW", "deadline": "2001-01-01T00:00:00Z"}'),
        (413, "POST", "/ingest", " " * 66_000),
        (413, "POST", "/ingestions/{known}/retry", " " * 66_000),
        (413, "PATCH", "/ingestions/{known}", " " * 66_000),
        (503, "GET", "/health", ""),
        (503, "GET", "/ready", ""),
    ],
)
def test_a_refusal_is_declared_in_both_of_its_forms(
    client: DeclaredClient,
    simulation: Simulation,
    status: int,
    method: str,
    path: str,
    body: str,
    headers: dict[str, str],
) -> None:
    asked = path.format(known=simulation.submit([1]), unknown=uuid4())
    assert client.open(asked, method=method, data=body, headers=headers).status_code == status


def test_a_key_that_was_sent_with_another_content_is_declared(client: DeclaredClient) -> None:
    key = {"Idempotency-Key": "nightly-17"}
    assert client.post("/ingest", json=FIVE, headers=key).status_code == 200
    assert client.post("/ingest", json={**FIVE, "priority": "LOW"}, headers=key).status_code == 422


@pytest.mark.parametrize("paused", [False, True])
def test_a_full_backlog_is_declared(client: DeclaredClient, simulation: Simulation, *, paused: bool) -> None:
    if paused:
        client.post("/dispatcher/pause")
    simulation.submit([1] * (simulation.most_ids - 2), "LOW")
    refused = client.post("/ingest", json=FIVE)
    assert refused.status_code == 503
    assert ("Retry-After" in refused.headers) is not paused


@pytest.mark.parametrize(
    "route", [route for route, one in TABLE.items() if 503 in {a.status for a in one.answers}]
)
def test_a_store_that_has_stopped_is_declared(client: DeclaredClient, simulation: Simulation, route: str) -> None:
    method, path = route.split()
    ingestion_id = simulation.submit([1])
    simulation.records.stop()
    body = {"ids": [1], "priority": "LOW"} if path == "/ingest" else {"priority": "LOW"}
    asked = path.format(ingestion_id=ingestion_id)
    assert client.open(asked, method=method, json=None if method == "GET" else body).status_code in (
        200,
        303,
        404,
        503,
    )


class UnreadableRecords(SqliteRecords):
    """Records whose outcomes are on a part of the disk that is broken."""

    def outcomes(self, *_: object) -> list[tuple[int, Outcome]]:
        raise StoreError("the database could not be read: disk I/O error")


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson", "text/csv"])
def test_results_that_cannot_be_read_are_an_error_in_every_form(accept: str) -> None:
    simulation = Simulation(place=EmbeddedPlace(records=UnreadableRecords))
    ingestion_id = simulation.submit([1])
    client = DeclaredClient(create_app(simulation.service, Settings.from_environ({})))
    answer = client.get(f"/ingestions/{ingestion_id}/results", headers={"Accept": accept})
    assert (answer.status_code, answer.get_json()["error"]) == (503, "Storage unavailable")


def test_an_answer_that_is_not_declared_is_not_taken(app: Flask, client: DeclaredClient) -> None:
    @app.before_request
    def tea() -> tuple[str, int]:
        return "no coffee", 418

    with pytest.raises(AssertionError, match="GET /health does not declare 418"):
        client.get("/health")
