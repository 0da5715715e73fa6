"""The header Idempotency-Key: a submission that is sent twice is one ingestion."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ingest_service.pruner import DAY, Pruner
from tests.cli.serving import serving
from tests.simulation import SECOND, Simulate, Simulation
from tests.web.asking import called, client_of, ingest, statuses

KEY = "nightly-17"
REUSED = f"{KEY} was sent before with other ids, another priority or another deadline"
BAD_KEY = "must be 1 to 255 printable ASCII characters"
DEADLINE = "2023-11-14T22:31:00Z"
CLIENTS = 64


def accepted(response: TestResponse) -> str:
    assert response.status_code == 200, response.get_json()
    body = response.get_json()
    assert body.keys() == {"ingestion_id"}
    assert response.headers["Location"] == f"/status/{body['ingestion_id']}"
    return str(body["ingestion_id"])


def count(client: FlaskClient) -> int:
    return len(client.get("/ingestions").get_json()["ingestions"])


def sweep(pruner: Pruner) -> None:
    """Forget what is old, in as many steps as that takes."""
    for _ in range(5):
        pruner.run_once()


def test_the_same_submission_with_the_same_key_is_one_ingestion(
    client: FlaskClient, simulation: Simulation
) -> None:
    first = accepted(ingest(client, [1, 2, 3], "HIGH", KEY))
    simulation.clock.time += SECOND
    assert accepted(ingest(client, [1, 2, 3], "HIGH", KEY)) == first
    assert count(client) == 1
    simulation.run()
    assert accepted(ingest(client, [1, 2, 3], "HIGH", KEY)) == first
    simulation.run()
    assert called(simulation) == [1, 2, 3]


def test_other_keys_and_no_key_are_other_ingestions(client: FlaskClient) -> None:
    keys = [KEY, KEY.upper(), f"{KEY} ", None, None]
    ingestion_ids = {accepted(ingest(client, [1], key=key)) for key in keys[:2] + keys[3:]}
    assert len(ingestion_ids) == count(client) == 4


def test_the_same_deadline_may_be_written_otherwise(client: FlaskClient) -> None:
    first = accepted(ingest(client, [1], key=KEY, deadline=DEADLINE))
    assert accepted(ingest(client, [1], key=KEY, deadline="2023-11-14T23:31:00.000+01:00")) == first


@pytest.mark.parametrize(
    "other",
    [
        {"ids": [1, 2]},
        {"ids": [2, 1, 3]},
        {"priority": "LOW"},
        {"deadline": None},
        {"deadline": "2023-11-14T22:31:01Z"},
    ],
)
def test_a_key_that_comes_again_with_other_content_is_refused(
    client: FlaskClient, other: dict[str, object]
) -> None:
    content: dict[str, object] = {"ids": [1, 2, 3], "priority": "HIGH", "deadline": DEADLINE}
    headers = {"Idempotency-Key": KEY}
    first = accepted(client.post("/ingest", json=content, headers=headers))
    response = client.post("/ingest", json=content | other, headers=headers)
    assert response.status_code == 422
    assert response.get_json() == {"error": "Idempotency key reused", "details": {"Idempotency-Key": [REUSED]}}
    assert count(client) == 1
    assert accepted(client.post("/ingest", json=content, headers=headers)) == first


@pytest.mark.parametrize("key", ["x", "~" * 255, "a key: with, all (sorts) of = things"])
def test_a_key_may_have_up_to_255_printable_characters(client: FlaskClient, key: str) -> None:
    assert accepted(ingest(client, [1], key=key)) == accepted(ingest(client, [1], key=key))


@pytest.mark.parametrize("key", ["", "x" * 256, "schlüssel", "tab\there", "\x7f"])
def test_another_key_is_refused_and_nothing_is_stored(client: FlaskClient, key: str) -> None:
    response = ingest(client, [1], key=key)
    assert response.status_code == 400
    assert response.get_json() == {"error": "Invalid input", "details": {"Idempotency-Key": [BAD_KEY]}}
    assert count(client) == 0


def test_a_refused_submission_does_not_use_its_key_up(client: FlaskClient) -> None:
    assert ingest(client, [0], key=KEY).status_code == 400
    assert ingest(client, [1], key=KEY, deadline="2023-11-14T22:00:00Z").status_code == 409
    accepted(ingest(client, [1], key=KEY))


def test_a_repeated_submission_is_answered_when_the_backlog_is_full_and_takes_no_room(simulate: Simulate) -> None:
    simulation = simulate(most_ids=4)
    client = client_of(simulation, INGEST_MAX_PENDING_IDS="4")
    first = accepted(ingest(client, [1, 2, 3], key=KEY))
    for _ in range(3):
        assert accepted(ingest(client, [1, 2, 3], key=KEY)) == first
    accepted(ingest(client, [4]))
    assert ingest(client, [5]).status_code == 503
    assert accepted(ingest(client, [1, 2, 3], key=KEY)) == first


def test_a_repeated_submission_is_answered_when_its_deadline_can_no_longer_be_met(
    client: FlaskClient, simulation: Simulation
) -> None:
    first = accepted(ingest(client, [1], "LOW", KEY, deadline=DEADLINE))
    simulation.clock.time += 3600 * SECOND
    assert ingest(client, [1], "LOW", deadline=DEADLINE).status_code == 409
    assert accepted(ingest(client, [1], "LOW", KEY, deadline=DEADLINE)) == first


def test_a_repeated_submission_of_what_was_cancelled_does_not_run_it(
    client: FlaskClient, simulation: Simulation
) -> None:
    first = accepted(ingest(client, [1], key=KEY))
    client.delete(f"/ingestions/{first}")
    assert accepted(ingest(client, [1], key=KEY)) == first
    simulation.run()
    assert statuses(client, first) == ("cancelled", ["cancelled"])
    assert called(simulation) == []


def test_a_repeated_submission_of_what_has_another_priority_by_now_is_the_same(client: FlaskClient) -> None:
    first = accepted(ingest(client, [1], "LOW", KEY))
    client.patch(f"/ingestions/{first}", json={"priority": "HIGH"})
    assert accepted(ingest(client, [1], "LOW", KEY)) == first
    assert ingest(client, [1], "HIGH", KEY).status_code == 422


def test_a_repeated_submission_is_answered_after_a_restart(client: FlaskClient, simulation: Simulation) -> None:
    first = accepted(ingest(client, [1], key=KEY))
    simulation.start()
    assert accepted(ingest(client_of(simulation), [1], key=KEY)) == first


def test_a_dry_run_does_not_look_at_the_key(client: FlaskClient, simulation: Simulation) -> None:
    dry_run = {"path": "/ingest?dry_run=true", "headers": {"Idempotency-Key": KEY}}
    assert client.post(**dry_run, json={"ids": [1], "priority": "LOW"}).get_json()["dry_run"] is True
    accepted(ingest(client, [1, 2], "HIGH", KEY))
    assert client.post(**dry_run, json={"ids": [1], "priority": "LOW"}).get_json()["dry_run"] is True
    simulation.run()
    assert called(simulation) == [1, 2]


def test_a_key_is_kept_for_a_day_and_then_forgotten(simulation: Simulation) -> None:
    client = client_of(simulation)
    simulation.service.pause()
    pruner = Pruner(simulation.records, simulation.clock, 30 * DAY)
    pruner.look()
    first = accepted(ingest(client, [1], key=KEY))
    simulation.clock.time += DAY
    assert pruner.run_once()
    simulation.clock.time = simulation.began + DAY
    assert accepted(ingest(client, [1], key=KEY)) == first
    simulation.clock.time += 1
    sweep(pruner)
    second = accepted(ingest(client, [1, 2], key=KEY))
    assert second != first
    assert count(client) == 2


def test_what_64_clients_send_at_once_with_one_key_is_one_ingestion(tmp_path: Path) -> None:
    together = Barrier(CLIENTS)

    def submit(url: str) -> tuple[int, str]:
        together.wait()
        response = requests.post(
            f"{url}/ingest",
            json={"ids": [1, 2, 3, 4], "priority": "LOW"},
            headers={"Idempotency-Key": KEY},
            timeout=60,
        )
        return response.status_code, response.json()["ingestion_id"]

    with serving(tmp_path, INGEST_LINGER_SECONDS="60") as url, ThreadPoolExecutor(CLIENTS) as pool:
        answers = set(pool.map(submit, [url] * CLIENTS))
        ((code, ingestion_id),) = answers
        listed = requests.get(f"{url}/ingestions", timeout=60).json()["ingestions"]
        backlog = requests.get(f"{url}/dispatcher", timeout=60).json()["backlog"]
    assert code == 200
    assert [row["ingestion_id"] for row in listed] == [ingestion_id]
    assert backlog["LOW"] == {"ingestions": 1, "batches": 2, "ids": 4}
