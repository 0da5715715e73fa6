"""GET /ingestions/<id> and GET /ingestions/<id>/batches: how far, when, and why then."""

from dataclasses import replace
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from ingest_service.domain.ledger import Answer
from ingest_service.domain.model import batch_id
from ingest_service.domain.rate import Quota
from tests.doubles import good
from tests.simulation import FIVE_SECONDS, SECOND, Simulate, Simulation
from tests.web.asking import PASSING, client_of, failing, in_full


def test_an_ingestion_that_waits_shows_when_it_runs_and_why_not_earlier(
    client: FlaskClient, simulation: Simulation
) -> None:
    for first in (11, 21, 31):
        simulation.submit(range(first, first + 5), "HIGH")
    ingestion_id = simulation.submit([1, 2, 3, 4, 5], "LOW")
    assert in_full(client, ingestion_id) == {
        "ingestion_id": str(ingestion_id),
        "status": "yet_to_start",
        "priority": "LOW",
        "created_at": "2023-11-14T22:30:00.000Z",
        "ids": 5,
        "batches": {"yet_to_start": 2, "triggered": 0, "completed": 0},
        "failed": 0,
        "slots_used": 0,
        "starts_at": "2023-11-14T22:30:30.200Z",
        "completes_at": "2023-11-14T22:30:35.200Z",
        "position": 6,
        "deadline": None,
        "why": {
            "ahead": {"HIGH": {"ingestions": 3, "batches": 6}},
            "paused_by_operator": False,
            "paused_until": None,
            "quota": None,
            "next_at": "2023-11-14T22:30:30.200Z",
            "text": "6 HIGH batches of 3 ingestions go first; the next batch runs at 2023-11-14T22:30:30.200Z",
        },
        "slips": [],
    }


def test_an_ingestion_that_runs_shows_when_it_began_and_when_it_will_end(
    client: FlaskClient, simulation: Simulation
) -> None:
    ingestion_id = simulation.submit([1, 2, 3, 4, 5])
    simulation.engine.open()
    body = in_full(client, ingestion_id)
    assert body["batches"] == {"yet_to_start": 1, "triggered": 1, "completed": 0}
    assert (body["slots_used"], body["position"]) == (1, 0)
    assert (body["starts_at"], body["completes_at"]) == ("2023-11-14T22:30:00.200Z", "2023-11-14T22:30:05.200Z")
    assert body["why"]["text"] == "the next batch runs at 2023-11-14T22:30:05.200Z"


def test_an_ingestion_whose_last_batches_are_called_has_no_next_one(
    client: FlaskClient, simulation: Simulation
) -> None:
    ingestion_id = simulation.submit([1])
    simulation.engine.open()
    body = in_full(client, ingestion_id)
    assert (body["position"], body["completes_at"]) == (None, None)
    assert body["why"]["text"] == "the last batches are being called"


def test_an_ingestion_that_is_completed_has_facts_only(client: FlaskClient, simulation: Simulation) -> None:
    simulation.upstream.answer = lambda record_id, number: (
        Answer(error="HTTP 404 Not Found", status=404) if record_id == 2 else good(record_id, number)
    )
    ingestion_id = simulation.submit([1, 2, 3, 4])
    simulation.run()
    body = in_full(client, ingestion_id)
    assert (body["status"], body["failed"], body["slots_used"]) == ("completed", 1, 2)
    assert (body["starts_at"], body["completes_at"]) == ("2023-11-14T22:30:00.200Z", "2023-11-14T22:30:06.200Z")
    assert (body["position"], body["why"]["text"]) == (None, "all is completed")


def test_a_pause_of_the_upstream_is_shown(client: FlaskClient, simulation: Simulation) -> None:
    pausing = Answer(error="HTTP 429 Too Many Requests", status=429, retryable=True, pause=60 * SECOND)
    simulation.upstream.answer = lambda record_id, number: pausing if number == 1 else good(record_id, number)
    ingestion_id = simulation.submit([1])
    simulation.dispatcher.run_once()
    why = in_full(client, ingestion_id)["why"]
    assert why["paused_until"] == why["next_at"] == "2023-11-14T22:31:01.200Z"
    assert why["text"] == (
        "paused by the upstream until 2023-11-14T22:31:01.200Z; the next batch runs at 2023-11-14T22:31:01.200Z"
    )


def held_by_a_quota(simulation: Simulation) -> str:
    """Use a quota up with two slots; return the path of an ingestion that waits for it."""
    ingestion_id = simulation.submit(range(1, 9))
    simulation.run_slot()
    simulation.run_slot()
    return f"/ingestions/{ingestion_id}"


def test_a_quota_that_is_used_up_is_the_reason(simulate: Simulate) -> None:
    simulation = simulate(replace(FIVE_SECONDS, quotas=(Quota(6, 60 * SECOND),)))
    client = client_of(simulation)
    path = held_by_a_quota(simulation)
    why = client.get(path).get_json()["why"]
    assert why["quota"] == {"ids": 6, "seconds": 60, "until": why["next_at"]}
    assert why["text"] == (
        f"the quota of 6 in 1 m is used up until {why['next_at']}; the next batch runs at {why['next_at']}"
    )


def test_while_an_operator_pauses_it_is_not_known_until_when(simulate: Simulate) -> None:
    simulation = simulate(replace(FIVE_SECONDS, quotas=(Quota(6, 60 * SECOND),)))
    client = client_of(simulation)
    path = held_by_a_quota(simulation)
    simulation.service.pause()
    why = client.get(path).get_json()["why"]
    assert why["quota"] == {"ids": 6, "seconds": 60, "until": None}
    assert why["text"].startswith("the quota of 6 in 1 m is used up; paused by an operator since ")


def test_batches_tell_their_attempts_and_when_they_ran_or_will_run(
    client: FlaskClient, simulation: Simulation
) -> None:
    ingestion_id = simulation.submit([1, 2, 3, 4, 5, 6, 7])
    simulation.dispatcher.run_once()
    simulation.engine.open()
    body = client.get(f"/ingestions/{ingestion_id}/batches").get_json()
    assert body["ingestion_id"] == str(ingestion_id)
    assert body["next_after"] is None
    assert body["batches"][0] == {
        "batch_id": str(batch_id(ingestion_id, 0)),
        "number": 0,
        "ids": [1, 2, 3],
        "status": "completed",
        "attempts": 1,
        "started_at": "2023-11-14T22:30:00.200Z",
        "finished_at": "2023-11-14T22:30:01.200Z",
    }
    assert [
        (batch["number"], batch["status"], batch["attempts"], batch["started_at"], batch["finished_at"])
        for batch in body["batches"][1:]
    ] == [
        (1, "triggered", 1, "2023-11-14T22:30:05.200Z", None),
        (2, "yet_to_start", 0, "2023-11-14T22:30:10.200Z", None),
    ]


def test_a_batch_of_which_an_id_is_called_again_has_not_finished(
    client: FlaskClient, simulation: Simulation
) -> None:
    simulation.upstream.answer = failing({2}, PASSING)
    ingestion_id = simulation.submit([1, 2, 3])
    answered = []
    for _ in range(2):
        simulation.run_slot()
        (batch,) = client.get(f"/ingestions/{ingestion_id}/batches").get_json()["batches"]
        answered.append((batch["status"], batch["attempts"], batch["finished_at"]))
    assert answered == [("triggered", 1, None), ("completed", 2, "2023-11-14T22:30:07.200Z")]


def test_pages_of_batches_lead_from_one_to_the_next(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id = simulation.submit(range(1, 3001))
    page = client.get(f"/ingestions/{ingestion_id}/batches?limit=2&after=996").get_json()
    assert ([batch["number"] for batch in page["batches"]], page["next_after"]) == ([997, 998], 998)
    assert page["batches"][0]["started_at"] == "2023-11-14T23:53:05.200Z"
    page = client.get(f"/ingestions/{ingestion_id}/batches?limit=2&after=998").get_json()
    assert ([batch["number"] for batch in page["batches"]], page["next_after"]) == ([999], None)
    page = client.get(f"/ingestions/{ingestion_id}/batches?after=5000").get_json()
    assert (page["batches"], page["next_after"]) == ([], None)


@pytest.mark.parametrize("resource", ["", "/batches"])
@pytest.mark.parametrize("unknown", [str(UUID(int=0)), "nope"])
def test_an_unknown_ingestion_is_not_found(client: FlaskClient, resource: str, unknown: str) -> None:
    response = client.get(f"/ingestions/{unknown}{resource}")
    assert (response.status_code, response.get_json()) == (404, {"error": "Ingestion ID not found"})
