import pytest

from cli.client import Client
from cli.errors import UnexpectedAnswerError, UnreachableError
from cli.ingestion import Batch, Priority, Status
from tests.cli.stand_in import INGESTION_ID, SILENCE, Answer, StandIn, accepted, progress


def test_it_submits_ids_and_returns_their_ingestion_id(client: Client, service: StandIn) -> None:
    service.answers(accepted())
    assert client.submit(range(1, 4), Priority.LOW) == INGESTION_ID
    assert service.questions[0].body == {"ids": [1, 2, 3], "priority": "LOW"}


def test_it_reads_a_status(client: Client, service: StandIn) -> None:
    service.answers(progress("completed", "triggered", headers={"ETag": '"v1"', "Retry-After": "4"}))
    status = client.status(INGESTION_ID)
    assert (status.ingestion_id, status.status, status.completed) == (INGESTION_ID, Status.TRIGGERED, 1)
    assert status.batches[1] == Batch("batch-1", (4, 5, 6), Status.TRIGGERED)
    assert (status.etag, status.retry_after) == ('"v1"', 4)


def test_a_retry_after_that_is_no_number_of_seconds_counts_as_none(client: Client, service: StandIn) -> None:
    service.answers(progress("triggered", headers={"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}))
    assert client.status(INGESTION_ID).retry_after is None


def test_what_is_known_is_not_sent_again(client: Client, service: StandIn) -> None:
    service.answers(progress("triggered", headers={"ETag": '"v1"', "Retry-After": "9"}), Answer(304, headers={}))
    known = client.status(INGESTION_ID)
    again = client.status(INGESTION_ID, known)
    assert service.questions[1].headers["If-None-Match"] == '"v1"'
    assert again.batches is known.batches
    assert (again.etag, again.retry_after) == ('"v1"', None)


def test_without_an_etag_it_asks_without_a_condition(client: Client, service: StandIn) -> None:
    service.answers(progress("triggered"))
    client.status(INGESTION_ID, client.status(INGESTION_ID))
    assert "If-None-Match" not in service.questions[1].headers


def test_an_id_of_any_form_stays_one_part_of_the_path(client: Client, service: StandIn) -> None:
    service.answers(progress("triggered"))
    client.status("a/b?c")
    assert service.questions[0].path == "/status/a%2Fb%3Fc"


def test_a_status_it_does_not_know_is_an_unexpected_answer(client: Client, service: StandIn) -> None:
    service.answers(progress("exploded"))
    with pytest.raises(UnexpectedAnswerError, match="is this the ingest service"):
        client.status(INGESTION_ID)


def test_a_service_that_says_nothing_is_given_up_after_the_timeout(service: StandIn) -> None:
    service.answers(SILENCE)
    with Client(service.url, timeout=0.05) as client, pytest.raises(UnreachableError) as raised:
        client.submit([1], Priority.HIGH)
    assert str(raised.value) == (
        f"{service.url} did not answer within 0.05 s. What was sent may have arrived all the same."
    )
