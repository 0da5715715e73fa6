"""DELETE /ingestions/<id>: nothing more of it is released, and what came of it is kept."""

import logging
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from ingest_service.domain.model import batch_id
from tests.simulation import SECOND, Simulation
from tests.web.asking import FINAL, PASSING, called, client_of, failing, in_full, results, statuses


def cancel_at(simulation: Simulation, time: int, ingestion_id: UUID) -> None:
    simulation.clock.at(simulation.began + time, lambda: simulation.service.cancel(ingestion_id))


def errors(client: FlaskClient, ingestion_id: UUID) -> dict[int, tuple[str, int]]:
    """Return the error and the attempts of each id that failed."""
    failed = [result for result in results(client, ingestion_id) if "error" in result]
    return {result["id"]: (result["error"], result["attempts"]) for result in failed}


def test_what_is_cancelled_before_it_ran_is_never_called(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id = simulation.submit([1, 2, 3, 4, 5])
    before = in_full(client, ingestion_id)
    response = client.delete(f"/ingestions/{ingestion_id}")
    assert response.status_code == 200
    assert response.get_json() == {
        **before,
        "status": "cancelled",
        "batches": {"yet_to_start": 0, "triggered": 0, "completed": 0, "cancelled": 2},
        "starts_at": None,
        "completes_at": None,
        "position": None,
        "why": {
            "ahead": {},
            "paused_by_operator": False,
            "paused_until": None,
            "quota": None,
            "next_at": None,
            "text": "it was cancelled",
        },
    }
    simulation.run()
    assert called(simulation) == []
    assert results(client, ingestion_id) == []
    assert in_full(client, ingestion_id) == response.get_json()


def test_what_is_cancelled_before_it_ran_is_cancelled_everywhere(
    client: FlaskClient, simulation: Simulation
) -> None:
    ingestion_id = simulation.submit([1, 2, 3, 4])
    client.delete(f"/ingestions/{ingestion_id}")
    assert statuses(client, ingestion_id) == ("cancelled", ["cancelled", "cancelled"])
    assert client.get("/schedule").get_json() == {"slots": []}
    body = client.get(f"/ingestions/{ingestion_id}/batches").get_json()
    assert body["batches"] == [
        {
            "batch_id": str(batch_id(ingestion_id, number)),
            "number": number,
            "ids": ids,
            "status": "cancelled",
            "attempts": 0,
            "started_at": None,
            "finished_at": None,
        }
        for number, ids in enumerate([[1, 2, 3], [4]])
    ]


def test_calls_in_flight_finish_and_their_results_are_kept(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id = simulation.submit([1, 2, 3, 4, 5, 6, 7])
    answered = []
    simulation.clock.at(
        simulation.began + SECOND, lambda: answered.append(client.delete(f"/ingestions/{ingestion_id}").get_json())
    )
    simulation.run()
    assert answered[0]["status"] == "triggered"
    assert answered[0]["batches"] == {"yet_to_start": 0, "triggered": 1, "completed": 0, "cancelled": 2}
    assert answered[0]["why"]["text"] == "the last batches are being called"
    assert called(simulation) == [1, 2, 3]
    assert [result["id"] for result in results(client, ingestion_id)] == [1, 2, 3]
    assert errors(client, ingestion_id) == {}
    assert statuses(client, ingestion_id) == ("cancelled", ["completed", "cancelled", "cancelled"])
    batches = client.get(f"/ingestions/{ingestion_id}/batches").get_json()["batches"]
    assert [(batch["status"], batch["started_at"], batch["finished_at"]) for batch in batches] == [
        ("completed", "2023-11-14T22:30:00.200Z", "2023-11-14T22:30:01.200Z"),
        ("cancelled", None, None),
        ("cancelled", None, None),
    ]


def test_a_call_that_fails_after_its_ingestion_was_cancelled_is_not_made_again(
    client: FlaskClient, simulation: Simulation
) -> None:
    simulation.upstream.answer = failing({2}, PASSING)
    ingestion_id = simulation.submit([1, 2, 3, 4])
    cancel_at(simulation, SECOND, ingestion_id)
    simulation.run()
    assert called(simulation) == [1, 2, 3]
    assert errors(client, ingestion_id) == {2: ("HTTP 503 Service Unavailable", 1)}
    assert statuses(client, ingestion_id) == ("cancelled", ["completed", "cancelled"])


def test_what_is_cancelled_while_its_last_batch_is_called_is_completed(
    client: FlaskClient, simulation: Simulation
) -> None:
    ingestion_id = simulation.submit([1, 2])
    cancel_at(simulation, SECOND, ingestion_id)
    simulation.run()
    assert statuses(client, ingestion_id) == ("completed", ["completed"])
    assert len(results(client, ingestion_id)) == 2


def test_ids_that_wait_to_be_called_again_have_failed_and_are_never_called(
    client: FlaskClient, simulation: Simulation
) -> None:
    simulation.upstream.answer = failing({2, 3}, PASSING, calls=9)
    ingestion_id = simulation.submit([1, 2, 3, 4])
    simulation.run_slot()
    assert statuses(client, ingestion_id) == ("triggered", ["triggered", "yet_to_start"])
    body = client.delete(f"/ingestions/{ingestion_id}").get_json()
    assert (body["status"], body["failed"]) == ("cancelled", 2)
    simulation.run()
    assert called(simulation) == [1, 2, 3]
    assert errors(client, ingestion_id) == {2: ("cancelled", 1), 3: ("cancelled", 1)}
    assert statuses(client, ingestion_id) == ("cancelled", ["completed", "cancelled"])


def test_the_rest_of_a_batch_that_was_released_in_part_has_failed(
    client: FlaskClient, simulation: Simulation
) -> None:
    simulation.upstream.answer = failing({1, 2, 3, 4}, PASSING, calls=9)
    simulation.submit([1, 2, 3], "HIGH")
    for _ in range(3):
        simulation.run_slot()
    probed = simulation.submit([4, 5, 6, 7], "HIGH")
    simulation.run_slot()
    assert called(simulation)[-1] == 4
    client.delete(f"/ingestions/{probed}")
    simulation.run()
    assert errors(client, probed) == {4: ("cancelled", 1), 5: ("cancelled", 0), 6: ("cancelled", 0)}
    assert statuses(client, probed) == ("cancelled", ["completed", "cancelled"])
    assert not {5, 6, 7} & set(called(simulation))


def test_cancelling_twice_changes_nothing(
    client: FlaskClient, simulation: Simulation, caplog: pytest.LogCaptureFixture
) -> None:
    ingestion_id = simulation.submit([1, 2, 3, 4])
    simulation.run_slot()
    with caplog.at_level(logging.INFO, "ingest_service.service"):
        first = client.delete(f"/ingestions/{ingestion_id}")
        simulation.clock.time += SECOND
        second = client.delete(f"/ingestions/{ingestion_id}")
    assert [record.getMessage() for record in caplog.records if "cancelled" in record.getMessage()] == [
        f"ingestion {ingestion_id} cancelled"
    ]
    assert (second.status_code, second.get_json()) == (200, first.get_json())
    assert (second.get_json()["status"], second.get_json()["batches"]["cancelled"]) == ("cancelled", 1)


def test_cancelling_twice_during_a_call_changes_nothing(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id = simulation.submit([1, 2, 3, 4])
    cancel_at(simulation, SECOND, ingestion_id)
    cancel_at(simulation, SECOND + 1, ingestion_id)
    simulation.run()
    assert called(simulation) == [1, 2, 3]
    assert statuses(client, ingestion_id) == ("cancelled", ["completed", "cancelled"])


def test_nothing_of_a_completed_ingestion_can_be_cancelled(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id = simulation.submit([1])
    simulation.run()
    response = client.delete(f"/ingestions/{ingestion_id}")
    assert response.status_code == 409
    assert response.get_json() == {
        "error": "Nothing to cancel",
        "details": {"ingestion_id": [f"ingestion {ingestion_id} is completed"]},
    }
    assert statuses(client, ingestion_id) == ("completed", ["completed"])


@pytest.mark.parametrize("unknown", [str(UUID(int=0)), "nope"])
def test_an_unknown_ingestion_cannot_be_cancelled(client: FlaskClient, unknown: str) -> None:
    response = client.delete(f"/ingestions/{unknown}")
    assert (response.status_code, response.get_json()) == (404, {"error": "Ingestion ID not found"})


def test_those_behind_a_cancelled_ingestion_run_earlier(client: FlaskClient, simulation: Simulation) -> None:
    high = simulation.submit([1, 2, 3, 4, 5, 6], "HIGH")
    low = simulation.submit([7], "LOW")
    assert in_full(client, low)["starts_at"] == "2023-11-14T22:30:10.200Z"
    client.delete(f"/ingestions/{high}")
    assert in_full(client, low)["starts_at"] == "2023-11-14T22:30:00.200Z"
    simulation.run()
    assert called(simulation) == [7]


def test_a_status_that_a_client_has_is_sent_again_after_it_was_cancelled(
    client: FlaskClient, simulation: Simulation
) -> None:
    path = f"/status/{simulation.submit([1, 2, 3, 4])}"
    known = client.get(path).headers["ETag"]
    client.delete(path.replace("status", "ingestions"))
    response = client.get(path, headers={"If-None-Match": known})
    assert response.status_code == 200
    assert response.get_json()["status"] == "cancelled"
    assert "Retry-After" not in response.headers


def test_after_a_restart_nothing_of_it_is_released(simulation: Simulation, client: FlaskClient) -> None:
    simulation.upstream.answer = failing({2}, PASSING, calls=9)
    ran, waited = simulation.submit([1, 2, 3, 4], "HIGH"), simulation.submit([5, 6], "LOW")
    simulation.run_slot()
    client.delete(f"/ingestions/{ran}")
    client.delete(f"/ingestions/{waited}")
    simulation.start()
    simulation.run()
    assert called(simulation) == [1, 2, 3]
    client = client_of(simulation)
    assert statuses(client, ran) == ("cancelled", ["completed", "cancelled"])
    assert statuses(client, waited) == ("cancelled", ["cancelled"])


def test_after_a_crash_only_the_calls_that_were_in_flight_are_made_again(
    simulation: Simulation, client: FlaskClient
) -> None:
    simulation.upstream.answer = failing({2}, PASSING, calls=9)
    ingestion_id = simulation.submit([1, 2, 3, 4])
    simulation.engine.open()
    client.delete(f"/ingestions/{ingestion_id}")
    simulation.start()
    simulation.run()
    assert called(simulation) == [1, 2, 3]
    client = client_of(simulation)
    assert errors(client, ingestion_id) == {2: ("HTTP 503 Service Unavailable", 1)}
    assert statuses(client, ingestion_id) == ("cancelled", ["completed", "cancelled"])


def test_a_retry_after_it_was_cancelled_sends_only_what_failed(
    client: FlaskClient, simulation: Simulation
) -> None:
    simulation.upstream.answer = failing({1}, FINAL)
    ingestion_id = simulation.submit([1, 2, 3, 4])
    simulation.run_slot()
    client.delete(f"/ingestions/{ingestion_id}")
    again = client.post(f"/ingestions/{ingestion_id}/retry").get_json()["ingestion_id"]
    simulation.run()
    assert called(simulation) == [1, 2, 3, 1]
    assert [result["id"] for result in results(client, again)] == [1]


def test_a_retry_sends_what_failed_by_being_cancelled(client: FlaskClient, simulation: Simulation) -> None:
    simulation.upstream.answer = failing({2}, PASSING)
    ingestion_id = simulation.submit([1, 2, 3, 4])
    simulation.run_slot()
    client.delete(f"/ingestions/{ingestion_id}")
    again = client.post(f"/ingestions/{ingestion_id}/retry").get_json()["ingestion_id"]
    simulation.run()
    assert results(client, again) == [{"id": 2, "result": {"id": 2}}]


def test_what_was_cancelled_without_a_failure_has_nothing_to_retry(
    client: FlaskClient, simulation: Simulation
) -> None:
    ingestion_id = simulation.submit([1, 2, 3, 4])
    client.delete(f"/ingestions/{ingestion_id}")
    response = client.post(f"/ingestions/{ingestion_id}/retry")
    assert response.status_code == 409
    assert response.get_json() == {
        "error": "Nothing to retry",
        "details": {"ingestion_id": [f"no id of ingestion {ingestion_id} has failed"]},
    }
