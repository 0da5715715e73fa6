"""POST /ingestions/<id>/retry with an Idempotency-Key."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.simulation import Simulation
from tests.web.asking import FINAL, client_of, failing, ingest


@pytest.fixture
def ingestion_id(simulation: Simulation) -> UUID:
    """An ingestion whose id 2 has failed, while 7 to 9 wait: 8 will fail."""
    simulation.upstream.answer = failing({2, 8}, FINAL)
    ingestion_id = simulation.submit([1, 2, 3, 7, 8, 9], "LOW")
    simulation.run_slot()
    return ingestion_id


def retry(client: FlaskClient, ingestion_id: UUID, key: str | None = "k", **body: str) -> TestResponse:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(f"/ingestions/{ingestion_id}/retry", json=body, headers=headers)


def count(client: FlaskClient) -> int:
    return len(client.get("/ingestions").get_json()["ingestions"])


def test_a_retry_that_is_sent_again_with_its_key_is_made_once(client: FlaskClient, ingestion_id: UUID) -> None:
    answers = [retry(client, ingestion_id) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert count(client) == 2


def test_it_is_the_same_retry_whatever_has_failed_since_and_across_a_restart(
    client: FlaskClient, simulation: Simulation, ingestion_id: UUID
) -> None:
    first = retry(client, ingestion_id).get_json()
    simulation.run()
    assert len(simulation.records.failed_ids(ingestion_id)) == 2
    assert retry(client, ingestion_id).get_json() == first
    simulation.start()
    assert retry(client_of(simulation), ingestion_id).get_json() == first


def test_another_key_makes_another_one(client: FlaskClient, ingestion_id: UUID) -> None:
    answers = {retry(client, ingestion_id, key).data for key in ("k", "l", None, None)}
    assert (len(answers), count(client)) == (4, 5)


def test_the_same_key_for_anything_else_is_refused(
    client: FlaskClient, simulation: Simulation, ingestion_id: UUID
) -> None:
    other = simulation.submit([2], "HIGH")
    simulation.run()
    assert retry(client, ingestion_id).status_code == 200
    assert retry(client, ingestion_id, priority="HIGH").status_code == 422
    assert retry(client, other).status_code == 409
    assert ingest(client, [2], "LOW", key="k").status_code == 422
    assert ingest(client, [2], "LOW", key="m").status_code == 200
    assert retry(client, ingestion_id, key="m").status_code == 422


@pytest.mark.parametrize("key", ["", "é", "x" * 256])
def test_a_key_that_is_not_one_is_refused(client: FlaskClient, ingestion_id: UUID, key: str) -> None:
    answer = retry(client, ingestion_id, key)
    assert (answer.status_code, list(answer.get_json()["details"])) == (400, ["Idempotency-Key"])
