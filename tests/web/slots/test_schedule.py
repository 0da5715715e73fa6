"""GET /schedule and GET /slots: the slots to come, and those that were."""

import pytest
from flask.testing import FlaskClient

from ingest_service.domain.model import batch_id
from tests.simulation import SECOND, Simulation


def test_the_slots_to_come_are_shown_with_their_time_and_what_they_carry(
    client: FlaskClient, simulation: Simulation
) -> None:
    low = simulation.submit([1, 2, 3], "LOW")
    high = simulation.submit([5, 6], "HIGH")
    first, second = client.get("/schedule").get_json()["slots"]
    assert first == {
        "opens_at": "2023-11-14T22:30:00.200Z",
        "ids": [5, 6],
        "batches": [
            {"batch_id": str(batch_id(high, 0)), "ingestion_id": str(high), "priority": "HIGH", "ids": [5, 6]}
        ],
    }
    assert (second["opens_at"], second["ids"]) == ("2023-11-14T22:30:05.200Z", [1, 2, 3])
    assert second["batches"][0]["ingestion_id"] == str(low)


def test_as_many_slots_are_shown_as_are_asked_for(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit(range(1, 301))
    assert len(client.get("/schedule").get_json()["slots"]) == 20
    assert len(client.get("/schedule?slots=7").get_json()["slots"]) == 7
    assert len(client.get("/schedule?slots=1000").get_json()["slots"]) == 100


def test_an_idle_service_has_no_slots_to_come(client: FlaskClient) -> None:
    assert client.get("/schedule").get_json() == {"slots": []}


def test_the_slots_that_were_are_shown_the_latest_first(client: FlaskClient, simulation: Simulation) -> None:
    ingestion = simulation.submit([1, 2, 3, 4])
    simulation.run()
    body = client.get("/slots").get_json()
    assert body["next_before"] is None
    assert body["slots"][1] == {
        "number": 1,
        "opened_at": "2023-11-14T22:30:00.200Z",
        "closed_at": "2023-11-14T22:30:01.200Z",
        "replica": simulation.place.replica_name,
        "ids": [1, 2, 3],
        "batches": [{"batch_id": str(batch_id(ingestion, 0)), "ingestion_id": str(ingestion), "ids": [1, 2, 3]}],
    }
    assert body["slots"][0]["ids"] == [4]


def test_pages_of_the_ledger_lead_back_to_its_beginning(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit(range(1, 10))
    simulation.run()
    page = client.get("/slots?limit=2").get_json()
    assert ([slot["number"] for slot in page["slots"]], page["next_before"]) == ([3, 2], 2)
    page = client.get("/slots?limit=2&before=2").get_json()
    assert ([slot["number"] for slot in page["slots"]], page["next_before"]) == ([1], None)


def test_a_slot_that_is_open_has_no_end(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit([1])
    simulation.engine.open()
    assert client.get("/slots").get_json()["slots"][0]["closed_at"] is None


@pytest.mark.parametrize(
    ("path", "details"),
    [
        ("/schedule?slots=0", {"slots": ["must be an integer from 1 to 1000"]}),
        ("/schedule?slots=many", {"slots": ["must be an integer from 1 to 1000"]}),
        ("/slots?before=0", {"before": ["must be the number of a slot: an integer from 1 on"]}),
        ("/slots?limit=0", {"limit": ["must be an integer from 1 to 1000"]}),
    ],
)
def test_a_wrong_question_is_answered_with_what_is_allowed(
    client: FlaskClient, path: str, details: dict[str, list[str]]
) -> None:
    response = client.get(path)
    assert (response.status_code, response.get_json()["details"]) == (400, details)


def test_time_goes_on_while_a_slot_is_open(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit([1, 2, 3, 4])
    simulation.engine.open()
    simulation.clock.time += 2 * SECOND
    (slot,) = client.get("/schedule").get_json()["slots"]
    assert (slot["opens_at"], slot["ids"]) == ("2023-11-14T22:30:05.200Z", [4])
