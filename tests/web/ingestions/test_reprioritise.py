"""PATCH /ingestions/<id>: another priority, and its old created time."""

import json
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ingest_service.dispatch.retries import RetryRules
from tests.engines.wiring import LongestBackoff
from tests.simulation import SECOND, Simulate, Simulation
from tests.web.asking import PASSING, called, client_of, failing, in_full

PRIORITY = "must be one of HIGH, MEDIUM, LOW"


def change(client: FlaskClient, ingestion_id: UUID | str, priority: str) -> TestResponse:
    return client.patch(f"/ingestions/{ingestion_id}", json={"priority": priority})


def test_a_low_that_becomes_high_overtakes(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit([1, 2, 3], "MEDIUM")
    low = simulation.submit([4, 5, 6], "LOW")
    response = change(client, low, "HIGH")
    assert response.status_code == 200
    assert response.get_json() == in_full(client, low)
    assert (response.get_json()["priority"], response.get_json()["position"]) == ("HIGH", 0)
    assert response.get_json()["why"]["ahead"] == {}
    simulation.run()
    assert called(simulation) == [4, 5, 6, 1, 2, 3]


def test_a_high_that_becomes_low_falls_behind(client: FlaskClient, simulation: Simulation) -> None:
    high = simulation.submit([1, 2, 3], "HIGH")
    simulation.submit([4, 5, 6], "MEDIUM")
    body = change(client, high, "LOW").get_json()
    assert body["why"]["ahead"] == {"MEDIUM": {"ingestions": 1, "batches": 1}}
    simulation.run()
    assert called(simulation) == [4, 5, 6, 1, 2, 3]


def test_it_keeps_its_created_time_among_those_of_its_new_priority(
    client: FlaskClient, simulation: Simulation
) -> None:
    simulation.submit([1, 2, 3], "HIGH")
    between = simulation.submit([4, 5, 6], "LOW")
    simulation.clock.time += SECOND // 10
    simulation.submit([7, 8, 9], "HIGH")
    body = change(client, between, "HIGH").get_json()
    assert body["created_at"] == "2023-11-14T22:30:00.000Z"
    simulation.run()
    assert called(simulation) == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_what_waits_of_one_that_runs_changes_its_place(client: FlaskClient, simulation: Simulation) -> None:
    low = simulation.submit([1, 2, 3, 4, 5, 6], "LOW")
    simulation.run_slot()
    simulation.submit([7, 8, 9], "MEDIUM")
    change(client, low, "HIGH")
    simulation.run()
    assert called(simulation) == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_ids_that_wait_to_be_called_again_change_their_place_too(
    client: FlaskClient, simulation: Simulation
) -> None:
    simulation.upstream.answer = failing({1}, PASSING)
    low = simulation.submit([1], "LOW")
    simulation.run_slot()
    simulation.submit(range(11, 20), "MEDIUM")
    change(client, low, "HIGH")
    simulation.run()
    assert called(simulation) == [1, 11, 12, 13, 1, 14, 15, 16, 17, 18, 19]


def test_ids_that_come_back_from_a_call_have_the_new_place(client: FlaskClient, simulation: Simulation) -> None:
    simulation.upstream.answer = failing({1}, PASSING)
    low = simulation.submit([1], "LOW")
    answers = []
    simulation.clock.at(simulation.began + SECOND, lambda: answers.append(change(client, low, "HIGH")))
    simulation.run_slot()
    assert [answer.status_code for answer in answers] == [200]
    simulation.submit(range(11, 20), "MEDIUM")
    simulation.run()
    assert called(simulation) == [1, 11, 12, 13, 1, 14, 15, 16, 17, 18, 19]


def test_the_same_priority_again_changes_nothing(client: FlaskClient, simulation: Simulation) -> None:
    low = simulation.submit([1, 2, 3], "LOW")
    simulation.submit([4, 5, 6], "LOW")
    before = in_full(client, low)
    assert change(client, low, "LOW").get_json() == before
    simulation.run()
    assert called(simulation) == [1, 2, 3, 4, 5, 6]


def test_the_schedule_shows_the_new_order(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit([1, 2, 3], "MEDIUM")
    low = simulation.submit([4, 5, 6], "LOW")
    change(client, low, "HIGH")
    slots = client.get("/schedule").get_json()["slots"]
    assert [(slot["ids"], slot["batches"][0]["priority"]) for slot in slots] == [
        ([4, 5, 6], "HIGH"),
        ([1, 2, 3], "MEDIUM"),
    ]


def test_the_new_place_survives_a_restart(simulate: Simulate) -> None:
    backoff = RetryRules(max_attempts=5, backoff=8 * SECOND, random=LongestBackoff())
    simulation = simulate(answer=failing({4}, PASSING), retry_rules=backoff)
    low = simulation.submit([4, 5, 6, 7, 8, 9], "LOW")
    simulation.run_slot()
    simulation.submit([1, 2, 3], "MEDIUM")
    change(client_of(simulation), low, "HIGH")
    simulation.start()
    assert in_full(client_of(simulation), low)["priority"] == "HIGH"
    simulation.run()
    assert called(simulation) == [4, 5, 6, 7, 8, 9, 4, 1, 2, 3]


def test_nothing_of_a_completed_ingestion_can_be_changed(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id = simulation.submit([1], "LOW")
    simulation.run()
    response = change(client, ingestion_id, "HIGH")
    assert response.status_code == 409
    assert response.get_json() == {
        "error": "Nothing to change",
        "details": {"ingestion_id": [f"no id of ingestion {ingestion_id} waits to be called"]},
    }
    assert in_full(client, ingestion_id)["priority"] == "LOW"


def test_nothing_of_a_cancelled_ingestion_can_be_changed_not_even_during_its_last_call(
    client: FlaskClient, simulation: Simulation
) -> None:
    ingestion_id = simulation.submit([1, 2, 3, 4], "LOW")
    answers = []

    def cancel_and_change() -> None:
        client.delete(f"/ingestions/{ingestion_id}")
        answers.append(change(client, ingestion_id, "HIGH"))

    simulation.clock.at(simulation.began + SECOND, cancel_and_change)
    simulation.run()
    answers.append(change(client, ingestion_id, "HIGH"))
    for answer in answers:
        assert (answer.status_code, answer.get_json()["error"]) == (409, "Nothing to change")
        assert answer.get_json()["details"] == {
            "ingestion_id": [f"no id of ingestion {ingestion_id} waits to be called"]
        }


@pytest.mark.parametrize("unknown", [str(UUID(int=0)), "nope"])
def test_an_unknown_ingestion_cannot_be_changed(client: FlaskClient, unknown: str) -> None:
    response = change(client, unknown, "HIGH")
    assert (response.status_code, response.get_json()) == (404, {"error": "Ingestion ID not found"})


@pytest.mark.parametrize(
    ("body", "details"),
    [
        (json.dumps({"priority": "high"}), {"priority": [PRIORITY]}),
        (json.dumps({"priority": None}), {"priority": [PRIORITY]}),
        (json.dumps({"priority": 0}), {"priority": [PRIORITY]}),
        ("{}", {"priority": ["is required"]}),
        ("", {"body": ["must be JSON: EOF while parsing a value at line 1 column 0"]}),
        ("HIGH", {"body": ["must be JSON: expected value at line 1 column 1"]}),
        ('"HIGH"', {"body": ['must be a JSON object such as {"priority": "HIGH"}']}),
        ("[]", {"body": ['must be a JSON object such as {"priority": "HIGH"}']}),
    ],
)
def test_a_wrong_change_is_answered_with_what_is_allowed(
    client: FlaskClient, simulation: Simulation, body: str, details: dict[str, list[str]]
) -> None:
    ingestion_id = simulation.submit([1], "LOW")
    response = client.patch(f"/ingestions/{ingestion_id}", data=body)
    assert response.status_code == 400
    assert response.get_json() == {"error": "Invalid input", "details": details}
    assert in_full(client, ingestion_id)["priority"] == "LOW"


@pytest.mark.parametrize("accepted", [True, False])
def test_a_change_of_a_few_fields_needs_no_large_body(
    client: FlaskClient, simulation: Simulation, *, accepted: bool
) -> None:
    app, path = client.application, f"/ingestions/{simulation.submit([1])}"
    app.config["MAX_CONTENT_LENGTH"] = 10_000_000
    body = b'{"priority":"HIGH"}'
    answer = client.patch(path, data=body.ljust(65_536 if accepted else 65_537))
    assert answer.status_code == (200 if accepted else 413)
