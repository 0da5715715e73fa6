"""The API as a client of it asks, and upstreams that answer as a test needs them to."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ingest_service.app import create_app
from ingest_service.config import Settings
from ingest_service.domain.ledger import Answer
from tests.doubles import good
from tests.simulation import SECOND, Simulation

PASSING = Answer(error="HTTP 503 Service Unavailable", status=503, retryable=True)
FINAL = Answer(error="HTTP 404 Not Found", status=404)
PAUSING = Answer(error="HTTP 429 Too Many Requests", status=429, retryable=True, pause=60 * SECOND)


def client_of(simulation: Simulation, **environment: str) -> FlaskClient:
    """Return a client of the service as it is now: after a restart it is another one."""
    return create_app(simulation.service, Settings.from_environ(environment)).test_client()


def ingest(
    client: FlaskClient, ids: list[int], priority: str = "MEDIUM", key: str | None = None, **fields: object
) -> TestResponse:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/ingest", json={"ids": ids, "priority": priority, **fields}, headers=headers)


def in_full(client: FlaskClient, ingestion_id: UUID | str) -> dict[str, Any]:
    body: dict[str, Any] = client.get(f"/ingestions/{ingestion_id}").get_json()
    return body


def statuses(client: FlaskClient, ingestion_id: UUID | str) -> tuple[str, list[str]]:
    """Return the status of an ingestion and those of its batches, as /status has them."""
    body = client.get(f"/status/{ingestion_id}").get_json()
    return body["status"], [batch["status"] for batch in body["batches"]]


def results(client: FlaskClient, ingestion_id: UUID | str) -> list[dict[str, Any]]:
    page = client.get(f"/ingestions/{ingestion_id}/results").get_json()
    return list(page["results"])


def failing(ids: set[int], failure: Answer, calls: int = 1) -> Callable[[int, int], Answer]:
    """Answer the first `calls` calls for each of these ids with a failure, and all others well."""
    return lambda record_id, number: failure if record_id in ids and number <= calls else good(record_id, number)


def called(simulation: Simulation) -> list[int]:
    """Return the ids that the upstream was called for, in the order of the calls."""
    return [record_id for record_id, _, _ in simulation.upstream.calls]
