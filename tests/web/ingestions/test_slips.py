"""The slips of an ingestion: by how much its end moved back, when, and because of what."""

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from ingest_service.dispatch.retries import RetryRules
from ingest_service.domain.model import Priority
from tests.simulation import SECOND, Simulate, Simulation
from tests.web.asking import PASSING, PAUSING, client_of, failing, in_full


@pytest.fixture
def client(simulation: Simulation) -> FlaskClient:
    return client_of(simulation)


def slips(client: FlaskClient, ingestion_id: UUID) -> list[dict[str, Any]]:
    return list(in_full(client, ingestion_id)["slips"])


def texts(client: FlaskClient, ingestion_id: UUID) -> list[str]:
    return [slip["text"] for slip in slips(client, ingestion_id)]


def submit(simulation: Simulation, ids: list[int], priority: str) -> UUID:
    """Submit, and let slips be noted."""
    ingestion_id = simulation.submit(ids, priority)
    simulation.write_down_slips()
    return ingestion_id


def test_a_high_that_arrives_moves_a_low_by_its_slots(client: FlaskClient, simulation: Simulation) -> None:
    low = submit(simulation, [1, 2, 3], "LOW")
    assert slips(client, low) == []
    simulation.clock.time += 100 * SECOND // 1000
    high = submit(simulation, [4, 5, 6, 7, 8, 9], "HIGH")
    assert slips(client, low) == [
        {
            "at": "2023-11-14T22:30:00.100Z",
            "slots": 2,
            "seconds": 10.0,
            "cause": f"ingestion {high}, HIGH",
            "text": f"+2 slots at 2023-11-14T22:30:00.100Z: ingestion {high}, HIGH",
        }
    ]
    assert slips(client, high) == []


def test_a_single_slot_is_in_the_singular(client: FlaskClient, simulation: Simulation) -> None:
    low = submit(simulation, [1, 2, 3], "LOW")
    medium = submit(simulation, [4], "MEDIUM")
    assert texts(client, low) == [f"+1 slot at 2023-11-14T22:30:00.000Z: ingestion {medium}, MEDIUM"]


def test_those_that_are_as_urgent_or_more_do_not_slip(client: FlaskClient, simulation: Simulation) -> None:
    high, low = submit(simulation, [1, 2, 3], "HIGH"), submit(simulation, [4, 5, 6], "LOW")
    submit(simulation, [7, 8, 9], "LOW")
    assert (slips(client, high), slips(client, low)) == ([], [])
    submit(simulation, [10, 11, 12], "HIGH")
    assert (slips(client, high), len(slips(client, low))) == ([], 1)


def test_a_less_urgent_one_is_not_a_reason_even_where_it_has_the_slots_until_ids_come_back(
    client: FlaskClient, simulation: Simulation
) -> None:
    simulation.upstream.answer = failing({1}, PASSING)
    high = submit(simulation, [1], "HIGH")
    simulation.run_slot()
    simulation.write_down_slips()
    before = slips(client, high)
    submit(simulation, [2, 3, 4], "LOW")
    assert slips(client, high) == before


def test_a_small_batch_that_fits_into_the_hole_of_a_slot_moves_no_ingestion(
    client: FlaskClient, simulation: Simulation
) -> None:
    low = submit(simulation, [1, 2], "LOW")
    submit(simulation, [3], "HIGH")
    assert slips(client, low) == []
    submit(simulation, [4], "HIGH")
    assert [slip["slots"] for slip in slips(client, low)] == [1]


def test_what_happens_together_shares_a_slip(client: FlaskClient, simulation: Simulation) -> None:
    low = submit(simulation, [1, 2, 3], "LOW")
    causes = [simulation.submit([number], "HIGH") for number in range(4, 9)]
    simulation.write_down_slips()
    named = "; ".join(f"ingestion {cause}, HIGH" for cause in causes[:3])
    assert texts(client, low) == [f"+2 slots at 2023-11-14T22:30:00.000Z: {named}; and 2 more"]


def test_a_call_that_is_made_again_moves_those_behind_it_and_its_own_ingestion(
    client: FlaskClient, simulation: Simulation
) -> None:
    simulation.upstream.answer = failing({1}, PASSING)
    high = submit(simulation, [1, 2, 3], "HIGH")
    behind = submit(simulation, list(range(11, 20)), "LOW")
    simulation.run_slot()
    simulation.write_down_slips()
    text = f"at 2023-11-14T22:30:01.200Z: ids of ingestion {high} are called again"
    assert texts(client, behind) == [f"+1 slot {text}"]
    # It comes back after five seconds, when the next slot has just opened: it runs in the one after that.
    assert texts(client, high) == [f"+2 slots {text}"]


def test_a_call_that_is_made_again_moves_what_waits_of_its_own_ingestion(
    client: FlaskClient, simulation: Simulation
) -> None:
    simulation.upstream.answer = failing({1}, PASSING)
    ingestion_id = submit(simulation, [1, 2, 3, 4, 5, 6, 7, 8, 9], "HIGH")
    simulation.run_slot()
    simulation.write_down_slips()
    assert texts(client, ingestion_id) == [
        f"+1 slot at 2023-11-14T22:30:01.200Z: ids of ingestion {ingestion_id} are called again"
    ]


def test_a_pause_of_the_upstream_moves_all_by_its_length(client: FlaskClient, simulation: Simulation) -> None:
    simulation.upstream.answer = failing({1}, PAUSING)
    high, low = submit(simulation, [1, 2, 3, 4, 5, 6], "HIGH"), submit(simulation, [7, 8, 9], "LOW")
    simulation.run_slot()
    simulation.write_down_slips()
    # The next slot would have opened at 22:30:05.2, and opens at 22:31:01.2 now.
    causes = f"the upstream asked for a pause; ids of ingestion {high} are called again"
    assert slips(client, low) == [
        {
            "at": "2023-11-14T22:30:01.200Z",
            "slots": 1,
            "seconds": 61.0,
            "cause": causes,
            "text": f"+1 slot at 2023-11-14T22:30:01.200Z: {causes}",
        }
    ]


def test_a_pause_without_another_call_is_counted_in_seconds(simulate: Simulate) -> None:
    simulation = simulate(retry_rules=RetryRules(max_attempts=1, backoff=0))
    client = client_of(simulation)
    simulation.upstream.answer = failing({1}, PAUSING)
    low = submit(simulation, [1, 2, 3, 4], "LOW")
    simulation.run_slot()
    simulation.write_down_slips()
    assert slips(client, low) == [
        {
            "at": "2023-11-14T22:30:01.200Z",
            "slots": 0,
            "seconds": 56.0,
            "cause": "the upstream asked for a pause",
            "text": "+56 s at 2023-11-14T22:30:01.200Z: the upstream asked for a pause",
        }
    ]


def test_a_pause_of_an_operator_moves_all_when_it_is_over(client: FlaskClient, simulation: Simulation) -> None:
    waiting = [submit(simulation, [1, 2, 3], "HIGH"), submit(simulation, [4], "LOW")]
    simulation.clock.time += SECOND // 5
    client.post("/dispatcher/pause")
    simulation.clock.time += 90 * SECOND
    for ingestion_id in waiting:
        assert slips(client, ingestion_id) == []
    client.post("/dispatcher/resume")
    simulation.write_down_slips()
    for ingestion_id in waiting:
        assert slips(client, ingestion_id) == [
            {
                "at": "2023-11-14T22:31:30.200Z",
                "slots": 0,
                "seconds": 90.0,
                "cause": "an operator's pause",
                "text": "+90 s at 2023-11-14T22:31:30.200Z: an operator's pause",
            }
        ]


def test_a_pause_of_an_operator_between_two_slots_moves_no_ingestion(
    client: FlaskClient, simulation: Simulation
) -> None:
    low = submit(simulation, [1, 2, 3, 4], "LOW")
    simulation.run_slot()
    client.post("/dispatcher/pause")
    simulation.clock.time += SECOND
    client.post("/dispatcher/resume")
    simulation.write_down_slips()
    assert in_full(client, low)["why"]["next_at"] == "2023-11-14T22:30:05.200Z"
    assert slips(client, low) == []


def test_a_low_that_becomes_high_moves_those_it_overtakes(client: FlaskClient, simulation: Simulation) -> None:
    medium, low = submit(simulation, [1, 2, 3], "MEDIUM"), submit(simulation, [4, 5, 6, 7], "LOW")
    simulation.service.reprioritise(low, Priority.HIGH)
    simulation.write_down_slips()
    assert texts(client, medium) == [f"+2 slots at 2023-11-14T22:30:00.000Z: ingestion {low}, now HIGH"]
    assert texts(client, low) == []


def test_a_high_that_becomes_low_moves_itself(client: FlaskClient, simulation: Simulation) -> None:
    high, medium = submit(simulation, [1, 2, 3], "HIGH"), submit(simulation, [4, 5, 6], "MEDIUM")
    simulation.service.reprioritise(high, Priority.LOW)
    simulation.write_down_slips()
    assert texts(client, high) == [f"+1 slot at 2023-11-14T22:30:00.000Z: ingestion {high}, now LOW"]
    assert texts(client, medium) == []


def test_a_cancellation_moves_no_ingestion_back(client: FlaskClient, simulation: Simulation) -> None:
    high, low = submit(simulation, [1, 2, 3], "HIGH"), submit(simulation, [4, 5, 6], "LOW")
    client.delete(f"/ingestions/{high}")
    submit(simulation, [7, 8, 9], "HIGH")
    assert slips(client, low) == []


def test_slots_that_open_move_no_ingestion(client: FlaskClient, simulation: Simulation) -> None:
    low = submit(simulation, [1, 2, 3, 4, 5, 6], "LOW")
    simulation.run_slot()
    submit(simulation, [7], "LOW")
    assert slips(client, low) == []


def test_the_latest_twenty_are_shown_the_last_one_first(client: FlaskClient, simulation: Simulation) -> None:
    low = submit(simulation, [1, 2, 3], "LOW")
    causes = []
    for number in range(25):
        simulation.clock.time += SECOND
        causes.append(submit(simulation, [number + 4] * 3, "HIGH"))
    found = slips(client, low)
    assert [slip["cause"] for slip in found] == [f"ingestion {cause}, HIGH" for cause in causes[:-21:-1]]
    assert (found[0]["at"], found[-1]["at"]) == ("2023-11-14T22:30:25.000Z", "2023-11-14T22:30:06.000Z")


def test_slips_are_shown_after_a_restart_and_after_the_end(client: FlaskClient, simulation: Simulation) -> None:
    low = submit(simulation, [1, 2, 3], "LOW")
    submit(simulation, [4, 5, 6], "HIGH")
    before = slips(client, low)
    simulation.start()
    simulation.run()
    client = client_of(simulation)
    assert in_full(client, low)["status"] == "completed"
    assert slips(client, low) == before != []
