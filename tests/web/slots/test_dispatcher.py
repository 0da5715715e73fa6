"""GET /dispatcher, and its pause and resume by an operator."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.ports.records import SeenReplica
from ingest_service.web.slots.models import Dispatcher
from tests.laws import most_starts_in_a_span
from tests.simulation import FIVE_SECONDS, SECOND, Simulation
from tests.web.asking import PASSING, PAUSING, called, client_of, failing, in_full, ingest, results, statuses

DAY = 86_400 * SECOND
NOTHING = {"ingestions": 0, "batches": 0, "ids": 0}
IDLE: dict[str, Any] = {
    "state": "running",
    "paused_at": None,
    "upstream_paused_until": None,
    "probing": False,
    "next_slot_at": None,
    "backlog": {"HIGH": NOTHING, "MEDIUM": NOTHING, "LOW": NOTHING},
    "limits": [{"ids": 3, "seconds": 5, "used": 0, "left": 3, "next_free_at": None}],
    "replicas": [],
}


def state(client: FlaskClient) -> dict[str, Any]:
    body: dict[str, Any] = client.get("/dispatcher").get_json()
    return body


def replicas(simulation: Simulation, seen_at: str) -> list[dict[str, str]]:
    """Return the replicas that are shown if all were seen then."""
    name = simulation.place.replica_name
    return [] if name is None else [{"name": name, "seen_at": seen_at}]


def pause_at(simulation: Simulation, time: int) -> None:
    simulation.clock.at(simulation.began + time, simulation.service.pause)


def resume_at(simulation: Simulation, time: int) -> None:
    simulation.clock.at(simulation.began + time, simulation.service.resume)


def test_the_replicas_that_share_the_database_are_shown(simulation: Simulation) -> None:
    report = replace(simulation.service.reports.dispatcher(), replicas=(SeenReplica("blue-17", 1500 * SECOND),))
    shown = json.loads(Dispatcher.of(report).to_json())["replicas"]
    assert shown == [{"name": "blue-17", "seen_at": "1970-01-01T00:25:00.000Z"}]


def test_an_idle_dispatcher_runs_and_has_nothing_to_do(client: FlaskClient) -> None:
    response = client.get("/dispatcher")
    assert (response.status_code, response.get_json()) == (200, IDLE)


def test_a_running_dispatcher_shows_its_next_slot_and_how_much_waits(
    client: FlaskClient, simulation: Simulation
) -> None:
    simulation.submit([1, 2, 3, 4, 5], "HIGH")
    simulation.submit([6], "LOW")
    simulation.submit([7, 8, 9, 10], "LOW")
    assert state(client) == IDLE | {
        "next_slot_at": "2023-11-14T22:30:00.200Z",
        "backlog": {
            "HIGH": {"ingestions": 1, "batches": 2, "ids": 5},
            "MEDIUM": NOTHING,
            "LOW": {"ingestions": 2, "batches": 3, "ids": 5},
        },
    }
    simulation.run_slot()
    assert state(client)["backlog"]["HIGH"] == {"ingestions": 1, "batches": 1, "ids": 2}
    assert state(client)["next_slot_at"] == "2023-11-14T22:30:05.200Z"


def test_a_pause_is_shown_with_its_time(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit([1, 2, 3, 4], "HIGH")
    response = client.post("/dispatcher/pause")
    assert response.status_code == 200
    assert response.get_json() == IDLE | {
        "state": "paused",
        "paused_at": "2023-11-14T22:30:00.000Z",
        "backlog": IDLE["backlog"] | {"HIGH": {"ingestions": 1, "batches": 2, "ids": 4}},
    }
    assert state(client) == response.get_json()


def test_nothing_opens_during_a_pause_however_long(client: FlaskClient, simulation: Simulation) -> None:
    client.post("/dispatcher/pause")
    for day in range(3):
        simulation.submit_at(day * DAY, [day + 1], "HIGH")
    simulation.run()
    assert simulation.clock.now() >= simulation.began + 2 * DAY
    assert (called(simulation), simulation.slots_opened()) == ([], [])
    assert state(client)["backlog"]["HIGH"] == {"ingestions": 3, "batches": 3, "ids": 3}


def test_a_pause_while_the_dispatcher_waits_for_a_slot_keeps_it_shut(simulation: Simulation) -> None:
    simulation.submit_at(0, [1])
    pause_at(simulation, SECOND // 10)
    simulation.run()
    assert called(simulation) == []


def test_calls_in_flight_finish_during_a_pause(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id = simulation.submit([1, 2, 3, 4])
    pause_at(simulation, SECOND)
    simulation.run()
    assert called(simulation) == [1, 2, 3]
    assert [result["id"] for result in results(client, ingestion_id)] == [1, 2, 3]
    assert statuses(client, ingestion_id) == ("triggered", ["completed", "yet_to_start"])


def test_ids_that_come_back_wait_for_the_end_of_a_pause(client: FlaskClient, simulation: Simulation) -> None:
    simulation.upstream.answer = failing({2}, PASSING)
    simulation.submit([1, 2, 3])
    pause_at(simulation, SECOND)
    simulation.run()
    assert called(simulation) == [1, 2, 3]
    client.post("/dispatcher/resume")
    simulation.run()
    assert called(simulation) == [1, 2, 3, 2]


def test_a_second_pause_changes_nothing(client: FlaskClient, simulation: Simulation) -> None:
    first = client.post("/dispatcher/pause").get_json()
    simulation.clock.time += SECOND
    second = client.post("/dispatcher/pause")
    assert (second.status_code, second.get_json()) == (200, first)


def test_a_resume_lets_slots_open_and_a_second_one_changes_nothing(
    client: FlaskClient, simulation: Simulation
) -> None:
    client.post("/dispatcher/pause")
    simulation.submit([1], "LOW")
    for _ in range(2):
        response = client.post("/dispatcher/resume")
        assert response.status_code == 200
        assert response.get_json() == IDLE | {
            "next_slot_at": "2023-11-14T22:30:00.200Z",
            "backlog": IDLE["backlog"] | {"LOW": {"ingestions": 1, "batches": 1, "ids": 1}},
        }
    simulation.run()
    assert called(simulation) == [1]


def test_a_resume_without_a_pause_changes_nothing(client: FlaskClient) -> None:
    assert client.post("/dispatcher/resume").get_json() == IDLE


def test_a_pause_survives_a_restart(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit([1])
    paused = client.post("/dispatcher/pause").get_json()
    simulation.clock.time += SECOND
    simulation.start()
    client = client_of(simulation)
    assert state(client) == paused | {"replicas": replicas(simulation, "2023-11-14T22:30:01.000Z")}
    simulation.run()
    assert called(simulation) == []
    client.post("/dispatcher/resume")
    simulation.run()
    assert called(simulation) == [1]


def test_a_resume_survives_a_restart(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit([1])
    client.post("/dispatcher/pause")
    client.post("/dispatcher/resume")
    simulation.start()
    assert state(client_of(simulation))["state"] == "running"
    simulation.run()
    assert called(simulation) == [1]


def test_while_it_is_paused_no_time_of_what_waits_is_known(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit([1, 2, 3, 4], "HIGH")
    low = simulation.submit([5, 6, 7], "LOW")
    client.post("/dispatcher/pause")
    body = in_full(client, low)
    assert (body["starts_at"], body["completes_at"], body["position"]) == (None, None, 2)
    assert body["why"] == {
        "ahead": {"HIGH": {"ingestions": 1, "batches": 2}},
        "paused_by_operator": True,
        "paused_until": None,
        "quota": None,
        "next_at": None,
        "text": (
            "2 HIGH batches of 1 ingestion go first; "
            "paused by an operator since 2023-11-14T22:30:00.000Z, until somebody resumes"
        ),
    }
    (batch,) = client.get(f"/ingestions/{low}/batches").get_json()["batches"]
    assert (batch["status"], batch["started_at"]) == ("yet_to_start", None)


def test_while_it_is_paused_facts_stay_facts(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id = simulation.submit([1, 2, 3, 4])
    simulation.run_slot()
    client.post("/dispatcher/pause")
    body = in_full(client, ingestion_id)
    assert (body["starts_at"], body["completes_at"]) == ("2023-11-14T22:30:00.200Z", None)
    batches = client.get(f"/ingestions/{ingestion_id}/batches").get_json()["batches"]
    assert [batch["started_at"] for batch in batches] == ["2023-11-14T22:30:00.200Z", None]


def test_after_a_resume_the_times_are_known_again(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id = simulation.submit([1])
    client.post("/dispatcher/pause")
    simulation.clock.time += 60 * SECOND
    client.post("/dispatcher/resume")
    body = in_full(client, ingestion_id)
    assert body["starts_at"] == body["why"]["next_at"] == "2023-11-14T22:31:00.000Z"
    assert body["why"]["paused_by_operator"] is False
    assert body["why"]["text"] == "the next batch runs at 2023-11-14T22:31:00.000Z"


def test_the_schedule_shows_the_order_without_times(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit([1, 2, 3, 4], "LOW")
    simulation.submit([5, 6], "HIGH")
    client.post("/dispatcher/pause")
    slots = client.get("/schedule").get_json()["slots"]
    assert [(slot["opens_at"], slot["ids"]) for slot in slots] == [(None, [5, 6]), (None, [1, 2, 3]), (None, [4])]


def test_a_dry_run_shows_the_order_without_times(client: FlaskClient, simulation: Simulation) -> None:
    low = simulation.submit([1, 2, 3], "LOW")
    client.post("/dispatcher/pause")
    body = client.post("/ingest?dry_run=true", json={"ids": [4, 5, 6, 7], "priority": "HIGH"}).get_json()
    assert body == {
        "dry_run": True,
        "starts_at": None,
        "completes_at": None,
        "slots": 2,
        "position": 0,
        "delayed": 1,
        "delays": [
            {
                "ingestion_id": str(low),
                "priority": "LOW",
                "completes_at": None,
                "would_complete_at": None,
                "seconds": 10.0,
            }
        ],
    }


def test_what_is_submitted_during_a_pause_is_accepted(client: FlaskClient, simulation: Simulation) -> None:
    client.post("/dispatcher/pause")
    assert ingest(client, [1], "HIGH").status_code == 200
    client.post("/dispatcher/resume")
    simulation.run()
    assert called(simulation) == [1]


@pytest.mark.parametrize(
    ("resumed", "opens"),
    [
        pytest.param(3 * SECOND, 5 * SECOND + FIVE_SECONDS.linger, id="within the interval"),
        pytest.param(60 * SECOND, 60 * SECOND, id="long after it"),
    ],
)
def test_a_resume_keeps_the_interval_to_the_slot_before_the_pause(
    simulation: Simulation, resumed: int, opens: int
) -> None:
    simulation.submit([1, 2, 3, 4])
    pause_at(simulation, SECOND)
    resume_at(simulation, resumed)
    simulation.run()
    assert simulation.slots_seen() == [(FIVE_SECONDS.linger, [1, 2, 3]), (opens, [4])]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20 * SECOND)), max_size=12))
def test_no_pause_and_no_resume_brings_two_slots_together(switches: list[tuple[bool, int]]) -> None:
    simulation = Simulation()
    simulation.submit(range(1, 13))
    for pauses, time in switches:
        (pause_at if pauses else resume_at)(simulation, time)
    resume_at(simulation, 30 * SECOND)
    simulation.run()
    assert called(simulation) == list(range(1, 13))
    assert most_starts_in_a_span(simulation.upstream.calls, FIVE_SECONDS.interval) <= 3


def test_a_pause_of_the_upstream_is_shown(client: FlaskClient, simulation: Simulation) -> None:
    simulation.upstream.answer = failing({1}, PAUSING)
    simulation.submit([1])
    simulation.run_slot()
    body = state(client)
    assert (body["state"], body["upstream_paused_until"]) == ("running", "2023-11-14T22:31:01.200Z")
    assert body["next_slot_at"] == "2023-11-14T22:31:01.200Z"
    simulation.run()
    assert state(client)["upstream_paused_until"] is None


def test_probing_is_shown_until_the_upstream_answers(client: FlaskClient, simulation: Simulation) -> None:
    simulation.upstream.answer = failing({1}, PASSING, calls=3)
    simulation.submit([1])
    answered = []
    for _ in range(4):
        answered.append(state(client)["probing"])
        simulation.run_slot()
    answered.append(state(client)["probing"])
    assert answered == [False, False, False, True, False]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/dispatcher", "GET, HEAD, OPTIONS"),
        ("GET", "/dispatcher/pause", "OPTIONS, POST"),
        ("DELETE", "/dispatcher/resume", "OPTIONS, POST"),
    ],
)
def test_a_wrong_method_is_answered_with_those_that_are(
    client: FlaskClient, method: str, path: str, allowed: str
) -> None:
    response = client.open(path, method=method)
    assert response.status_code == 405
    assert response.get_json()["details"] == {"method": [f"{method} is not allowed on {path}; allowed: {allowed}"]}
