"""POST /ingest?dry_run=true."""

import pytest
from flask.testing import FlaskClient

from tests.simulation import Simulation


def test_a_dry_run_shows_when_a_submission_would_run_and_which_ingestions_it_would_delay(
    client: FlaskClient, simulation: Simulation
) -> None:
    low = simulation.submit([1, 2, 3, 4, 5, 6], "LOW")
    simulation.submit([7], "HIGH")
    body = client.post("/ingest?dry_run=true", json={"ids": [11, 12, 13, 14], "priority": "MEDIUM"}).get_json()
    assert body == {
        "dry_run": True,
        "starts_at": "2023-11-14T22:30:05.200Z",
        "completes_at": "2023-11-14T22:30:10.200Z",
        "slots": 2,
        "position": 1,
        "delayed": 1,
        "delays": [
            {
                "ingestion_id": str(low),
                "priority": "LOW",
                "completes_at": "2023-11-14T22:30:10.200Z",
                "would_complete_at": "2023-11-14T22:30:20.200Z",
                "seconds": 10.0,
            }
        ],
    }


def test_a_dry_run_stores_nothing(client: FlaskClient, simulation: Simulation) -> None:
    client.post("/ingest?dry_run=true", json={"ids": [1], "priority": "HIGH"})
    assert list(simulation.engine.snapshot().waiting) == []
    assert client.get("/schedule").get_json() == {"slots": []}


def test_a_dry_run_names_the_twenty_that_would_be_delayed_the_most(
    client: FlaskClient, simulation: Simulation
) -> None:
    for number in range(30):
        simulation.submit([number + 1], "LOW")
    body = client.post("/ingest?dry_run=true", json={"ids": [99] * 3, "priority": "HIGH"}).get_json()
    assert (body["delayed"], len(body["delays"])) == (30, 20)
    assert body["starts_at"] == "2023-11-14T22:30:00.200Z"


def test_dry_run_false_is_a_submission(client: FlaskClient, simulation: Simulation) -> None:
    response = client.post("/ingest?dry_run=false", json={"ids": [1], "priority": "HIGH"})
    assert response.get_json().keys() == {"ingestion_id"}
    assert len(list(simulation.engine.snapshot().waiting)) == 1


@pytest.mark.parametrize("value", ["1", "yes", "", "TRUE"])
def test_another_word_is_refused_and_nothing_is_stored(
    client: FlaskClient, simulation: Simulation, value: str
) -> None:
    response = client.post(f"/ingest?dry_run={value}", json={"ids": [1], "priority": "HIGH"})
    assert response.status_code == 400
    assert response.get_json()["details"] == {"dry_run": ["must be true or false"]}
    assert list(simulation.engine.snapshot().waiting) == []


def test_a_wrong_body_is_refused_as_ever(client: FlaskClient) -> None:
    assert client.post("/ingest?dry_run=true", data="{}").status_code == 400
