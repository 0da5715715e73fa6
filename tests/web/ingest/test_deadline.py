"""The field deadline: accepted only if it can be met, and watched from then on."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ingest_service.domain.model import Priority
from ingest_service.errors import DeadlineImpossible
from tests.simulation import SECOND, Simulation
from tests.web.asking import client_of, in_full, ingest

NEEDED = "must be a time before 2262 with its offset from UTC (RFC 3339), such as 2026-11-22T17:30:00Z"
BEGAN = datetime(2023, 11, 14, 22, 30, tzinfo=UTC)


def after(seconds: float) -> str:
    """Return the time so long after the simulation began."""
    return (BEGAN + timedelta(seconds=seconds)).isoformat()


def with_deadline(client: FlaskClient, seconds: float, ids: list[int], priority: str = "LOW") -> str:
    response = ingest(client, ids, priority, deadline=after(seconds))
    assert response.status_code == 200, response.get_json()
    return str(response.get_json()["ingestion_id"])


def refused(response: TestResponse) -> dict[str, Any]:
    assert response.status_code == 409
    body = response.get_json()
    assert (body.keys(), body["error"]) == ({"error", "details"}, "Deadline cannot be met")
    return dict(body["details"])


def deadline(client: FlaskClient, ingestion_id: str) -> dict[str, Any]:
    return dict(in_full(client, ingestion_id)["deadline"])


def broken(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "deadline" in record.getMessage()]


def test_a_deadline_that_can_be_met_is_accepted_and_shown(client: FlaskClient) -> None:
    ingestion_id = with_deadline(client, 5.2, [1, 2, 3, 4])
    assert deadline(client, ingestion_id) == {"at": "2023-11-14T22:30:05.200Z", "holds": True}


def test_without_a_deadline_there_is_none(client: FlaskClient) -> None:
    for response in (ingest(client, [1]), ingest(client, [1], deadline=None)):
        assert in_full(client, response.get_json()["ingestion_id"])["deadline"] is None


def test_a_deadline_that_cannot_be_met_is_refused_with_the_earliest_time(
    client: FlaskClient, simulation: Simulation
) -> None:
    response = ingest(client, [1, 2, 3, 4], deadline=after(5.199))
    assert refused(response) == {
        "deadline": ["as things stand it would complete at 2023-11-14T22:30:05.200Z"],
        "earliest": ["2023-11-14T22:30:05.200Z"],
    }
    assert list(simulation.engine.snapshot().waiting) == []
    (earliest,) = response.get_json()["details"]["earliest"]
    assert ingest(client, [1, 2, 3, 4], deadline=earliest).status_code == 200


def test_the_earliest_time_is_one_that_is_accepted_whatever_the_nanoseconds(
    client: FlaskClient, simulation: Simulation
) -> None:
    simulation.clock.time += 123_456_789
    response = ingest(client, [1], deadline=after(0))
    assert refused(response)["earliest"] == ["2023-11-14T22:30:00.324Z"]
    assert ingest(client, [1], deadline="2023-11-14T22:30:00.324Z").status_code == 200


def test_what_waits_counts(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit([1, 2, 3, 4, 5, 6], "HIGH")
    assert refused(ingest(client, [7], "LOW", deadline=after(10)))["earliest"] == ["2023-11-14T22:30:10.200Z"]
    assert ingest(client, [7], "HIGH", deadline=after(10.2)).status_code == 200
    assert refused(ingest(client, [8, 9, 10], deadline=after(10.2)))["earliest"] == ["2023-11-14T22:30:15.200Z"]


def test_how_long_calls_take_counts(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit([1])
    simulation.run()
    assert refused(ingest(client, [2], deadline=after(6)))["earliest"] == ["2023-11-14T22:30:06.200Z"]


def test_the_boundary_is_the_nanosecond_in_which_it_would_complete(simulation: Simulation) -> None:
    simulation.clock.time += 123_456_789
    simulation.submit([1, 2, 3, 4], "HIGH")
    ends_at = simulation.service.dry_run([5, 6, 7, 8], Priority.LOW).ends_at
    assert ends_at is not None
    with pytest.raises(DeadlineImpossible) as caught:
        simulation.service.submit([5, 6, 7, 8], Priority.LOW, ends_at - 1)
    assert caught.value.earliest == ends_at
    assert simulation.service.submit([5, 6, 7, 8], Priority.LOW, ends_at)


def test_microseconds_count(client: FlaskClient, simulation: Simulation) -> None:
    simulation.clock.time += 1000
    assert ingest(client, [1], deadline=after(0.200000)).status_code == 409
    assert ingest(client, [1], deadline=after(0.200001)).status_code == 200


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2023-11-15T00:30:00+02:00", "2023-11-14T22:30:00.000Z"),
        ("2023-11-14T17:00:01.5-05:30", "2023-11-14T22:30:01.500Z"),
        ("2023-11-14t22:31:00z", "2023-11-14T22:31:00.000Z"),
        ("2023-11-14 22:31:00.123456789Z", "2023-11-14T22:31:00.123Z"),
        ("2261-12-31T23:59:59.999999Z", "2261-12-31T23:59:59.999Z"),
    ],
)
def test_a_deadline_may_be_written_with_any_offset(
    client: FlaskClient, simulation: Simulation, written: str, at: str
) -> None:
    simulation.clock.time -= 10 * SECOND
    ingestion_id = ingest(client, [1], deadline=written).get_json()["ingestion_id"]
    assert deadline(client, ingestion_id)["at"] == at


@pytest.mark.parametrize(
    "wrong",
    [
        "2023-11-14T23:00:00",
        "2023-11-14",
        "2023-11-14T23:00Z",
        "23:00:00Z",
        "2023-11-31T23:00:00Z",
        "2023-11-14T25:00:00Z",
        "2023-11-14T23:00:00+0100",
        "2262-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "tomorrow",
        "",
        "1800000000",
        "1800000000.5",
        1_800_000_000,
        1.8e9,
        True,
        [],
        {},
    ],
)
def test_any_other_deadline_is_refused(client: FlaskClient, simulation: Simulation, wrong: object) -> None:
    response = ingest(client, [1], deadline=wrong)
    assert response.status_code == 400
    assert response.get_json() == {"error": "Invalid input", "details": {"deadline": [NEEDED]}}
    assert list(simulation.engine.snapshot().waiting) == []


def test_a_time_that_was_is_not_a_deadline(client: FlaskClient) -> None:
    assert refused(ingest(client, [1], deadline="0001-01-01T00:00:00+14:00"))["earliest"] == [
        "2023-11-14T22:30:00.200Z"
    ]


def test_while_an_operator_has_paused_no_deadline_is_accepted(client: FlaskClient) -> None:
    client.post("/dispatcher/pause")
    assert refused(ingest(client, [1], deadline=after(3600))) == {
        "deadline": ["the time of completion is unknown while an operator has paused the dispatcher"]
    }
    client.post("/dispatcher/resume")
    assert ingest(client, [1], deadline=after(3600)).status_code == 200


def test_a_deadline_that_a_high_makes_impossible_no_longer_holds_and_is_logged_once(
    client: FlaskClient, simulation: Simulation, caplog: pytest.LogCaptureFixture
) -> None:
    ingestion_id = with_deadline(client, 5.2, [1, 2, 3, 4])
    simulation.write_down_slips()
    assert (broken(caplog), simulation.observer.broken_deadlines) == ([], 0)
    for ids in ([5, 6, 7], [8, 9, 10]):
        simulation.submit(ids, "HIGH")
        simulation.write_down_slips()
        assert deadline(client, ingestion_id) == {"at": "2023-11-14T22:30:05.200Z", "holds": False}
    assert broken(caplog) == [f"the deadline of ingestion {ingestion_id} can no longer be met"]
    (record,) = (record for record in caplog.records if "deadline" in record.getMessage())
    assert (record.levelno, record.__dict__["ingestion_id"]) == (logging.WARNING, ingestion_id)
    assert simulation.observer.broken_deadlines == 1


def test_a_deadline_that_a_high_leaves_possible_holds(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id = with_deadline(client, 10.2, [1, 2, 3, 4])
    simulation.write_down_slips()
    simulation.submit([5, 6, 7], "HIGH")
    simulation.write_down_slips()
    assert deadline(client, ingestion_id)["holds"] is True
    assert simulation.observer.broken_deadlines == 0


def test_a_deadline_holds_again_once_what_broke_it_is_cancelled(
    client: FlaskClient, simulation: Simulation
) -> None:
    ingestion_id = with_deadline(client, 5.2, [1, 2, 3, 4])
    high = simulation.submit([5, 6, 7], "HIGH")
    assert deadline(client, ingestion_id)["holds"] is False
    client.delete(f"/ingestions/{high}")
    assert deadline(client, ingestion_id)["holds"] is True


def test_what_completed_in_time_has_met_its_deadline(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id = with_deadline(client, 6.2, [1, 2, 3, 4])
    simulation.run()
    simulation.clock.time += 3600 * SECOND
    body = in_full(client, ingestion_id)
    assert (body["status"], body["completes_at"]) == ("completed", "2023-11-14T22:30:06.200Z")
    assert body["deadline"] == {"at": "2023-11-14T22:30:06.200Z", "holds": True}


def test_what_completed_too_late_has_missed_it(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id = with_deadline(client, 6.199, [1, 2, 3, 4])
    simulation.run()
    body = in_full(client, ingestion_id)
    assert (body["status"], body["completes_at"]) == ("completed", "2023-11-14T22:30:06.200Z")
    assert body["deadline"] == {"at": "2023-11-14T22:30:06.199Z", "holds": False}


def test_a_deadline_that_passes_during_the_last_call_no_longer_holds(
    client: FlaskClient, simulation: Simulation
) -> None:
    ingestion_id = with_deadline(client, 0.5, [1])
    holds: list[bool] = []
    for milliseconds in (400, 600):
        simulation.clock.at(
            simulation.began + milliseconds * SECOND // 1000,
            lambda: holds.append(deadline(client, ingestion_id)["holds"]),
        )
    simulation.run()
    assert holds == [True, False]


def test_a_deadline_that_can_no_longer_be_met_after_a_pause_no_longer_holds(
    client: FlaskClient, simulation: Simulation
) -> None:
    ingestion_id = with_deadline(client, 60, [1, 2, 3, 4])
    client.post("/dispatcher/pause")
    assert deadline(client, ingestion_id)["holds"] is True
    simulation.clock.time += 55 * SECOND
    assert deadline(client, ingestion_id)["holds"] is True
    simulation.clock.time += SECOND
    assert deadline(client, ingestion_id)["holds"] is False


@pytest.mark.parametrize("released", [False, True])
def test_what_is_cancelled_does_not_meet_its_deadline(
    client: FlaskClient, simulation: Simulation, released: bool
) -> None:
    ingestion_id = with_deadline(client, 60, [1, 2, 3, 4])
    if released:
        simulation.engine.open()
    assert client.delete(f"/ingestions/{ingestion_id}").get_json()["deadline"]["holds"] is False


def test_a_deadline_survives_a_restart(simulation: Simulation) -> None:
    ingestion_id = with_deadline(client_of(simulation), 12.2, [1, 2, 3, 4])
    simulation.start()
    assert deadline(client_of(simulation), ingestion_id) == {"at": "2023-11-14T22:30:12.200Z", "holds": True}
    simulation.submit([5, 6, 7, 8, 9, 10], "HIGH")
    simulation.write_down_slips()
    assert simulation.observer.broken_deadlines == 1
