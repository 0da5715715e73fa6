from collections.abc import Iterator

import pytest

from ingestctl.client import Client
from ingestctl.errors import ConnectError, UnavailableError, UnreachableError
from ingestctl.models import Priority
from tests.cli.conftest import Run, Waits
from tests.cli.stand_in import HANG_UP, INGESTION_ID, Answer, StandIn, accepted, refusal

BUSY = refusal(503, "Backlog is full")


@pytest.fixture
def patient(service: StandIn, waits: Waits) -> Iterator[Client]:
    with Client(service.url, retry_policy=waits.retry_policy(30)) as client:
        yield client


@pytest.mark.parametrize("trouble", [BUSY, HANG_UP, Answer(502, b"<html>"), Answer(504, b"<html>")])
def test_a_submission_without_an_answer_is_sent_again_with_the_same_key(
    patient: Client, service: StandIn, waits: Waits, trouble: Answer
) -> None:
    service.answers(trouble, trouble, trouble, accepted())
    assert patient.submit([1, 2, 3], Priority.LOW) == INGESTION_ID
    assert waits.waited == [0.5, 1, 2]
    assert len({request.headers["Idempotency-Key"] for request in service.requests}) == 1
    assert [request.body for request in service.requests] == 4 * [{"ids": [1, 2, 3], "priority": "LOW"}]


def test_every_submission_has_a_key_of_its_own(patient: Client, service: StandIn) -> None:
    service.answers(accepted())
    patient.submit([1])
    patient.submit([1])
    first, second = (request.headers["Idempotency-Key"] for request in service.requests)
    assert first != second


def test_the_pause_is_as_long_as_the_service_asks(patient: Client, service: StandIn, waits: Waits) -> None:
    service.answers(refusal(503, "Busy", {"Retry-After": "7"}), BUSY, accepted())
    patient.submit([1])
    assert waits.waited == [7, 1]


def test_the_pauses_double_up_to_ten_seconds_until_the_time_to_retry_ends(
    patient: Client, service: StandIn, waits: Waits
) -> None:
    service.answers(BUSY)
    with pytest.raises(UnavailableError, match="Backlog is full"):
        patient.submit([1])
    assert waits.waited == [0.5, 1, 2, 4, 8, 10]


def test_a_pause_that_is_longer_than_the_time_to_retry_is_not_waited_for(
    patient: Client, service: StandIn, waits: Waits
) -> None:
    service.answers(refusal(503, "Backlog is full", {"Retry-After": "31"}))
    with pytest.raises(UnavailableError, match=r"Backlog is full\. Try again in 31 s\."):
        patient.submit([1])
    assert waits.waited == []


def test_a_service_that_was_never_reached_is_not_asked_again(nowhere: str, waits: Waits) -> None:
    with Client(nowhere, retry_policy=waits.retry_policy(30)) as client, pytest.raises(ConnectError):
        client.submit([1])
    assert waits.waited == []


def test_a_service_that_was_reached_before_may_restart(service: StandIn, waits: Waits) -> None:
    service.answers(accepted())
    with Client(service.url, retry_policy=waits.retry_policy(30)) as client:
        client.submit([1])
        service.stop()
        with pytest.raises(UnreachableError):
            client.submit([2])
    assert waits.waited == [0.5, 1, 2, 4, 8, 10]


def test_a_retry_is_sent_once_for_it_has_no_key(
    client: Client, patient: Client, service: StandIn, waits: Waits
) -> None:
    service.timetables(BUSY)
    with pytest.raises(UnavailableError):
        client.ingestion(INGESTION_ID)
    with pytest.raises(UnavailableError):
        patient.retry(INGESTION_ID)
    assert (service.paths(), waits.waited) == (["/ingestions/id", "/ingestions/id/retry"], [])


def test_the_command_line_prints_that_it_asks_again(run: Run, service: StandIn) -> None:
    service.answers(refusal(503, "Busy", {"Retry-After": "7"}), accepted())
    result = run("submit 1")
    assert (result.exit_code, result.stdout) == (0, f"{INGESTION_ID}\n")
    sentence = "The service cannot answer now: Busy. Try again in 7 s. Asking again in 7 s.\n"
    assert result.stderr == sentence
    assert run("submit 1 --quiet").stderr == ""


def test_a_service_that_stays_busy_exits_1(run: Run, service: StandIn, waits: Waits) -> None:
    service.answers(refusal(503, "Backlog is full", {"Retry-After": "12"}))
    result = run("--quiet submit 1")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: The service cannot answer now: Backlog is full. Try again in 12 s.\n"
    assert waits.waited == [12, 12]


def test_a_connection_that_always_breaks_exits_3_and_prints_how_to_submit_the_ids_once(
    run: Run, service: StandIn
) -> None:
    service.answers(HANG_UP)
    result = run("submit --quiet 1-5")
    key = service.requests[0].headers["Idempotency-Key"]
    assert (result.exit_code, result.stdout) == (3, "")
    note, error = result.stderr.splitlines()
    assert note == (
        "At least 0 of 5 ids are accepted. "
        f"To submit the rest, and none twice, add --key {key} to the same command."
    )
    assert error.startswith(f"Error: Cannot reach the ingest service at {service.url}: ")
    assert "Remote end closed connection without response." in error
