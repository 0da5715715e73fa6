from array import array
from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ingestctl.client import Client
from ingestctl.errors import NotFoundError, RefusedError, UnexpectedAnswerError, UnreachableError
from ingestctl.http.retry import NO_RETRY
from ingestctl.models import (
    Ahead,
    Batch,
    BatchCounts,
    BatchPage,
    Ingestion,
    Priority,
    QueueDepth,
    Status,
    TimedBatch,
    WaitReason,
)
from tests.cli.conftest import Run
from tests.cli.serving import serving
from tests.cli.stand_in import INGESTION_ID, SILENCE, Answer, StandIn, accepted, progress
from tests.cli.timetable import START, timetable, written


def test_submit_sends_ids_and_returns_their_ingestion_id(client: Client, service: StandIn) -> None:
    service.answers(accepted())
    assert client.submit(range(1, 4), Priority.LOW) == INGESTION_ID
    assert service.requests[0].body == {"ids": [1, 2, 3], "priority": "LOW"}


@pytest.mark.parametrize("ids", [range(1, 25_001), iter(range(1, 25_001)), array("I", range(1, 25_001))])
def test_ids_of_any_kind_and_number_are_sent_in_their_order(
    client: Client, service: StandIn, ids: Iterable[int]
) -> None:
    service.answers(accepted())
    client.submit(ids)
    assert service.requests[0].body == {"ids": list(range(1, 25_001)), "priority": "MEDIUM"}


def test_a_deadline_without_a_time_zone_is_local(client: Client, service: StandIn) -> None:
    service.answers(accepted())
    client.submit([1], deadline=datetime(2026, 11, 22, 17, 30))
    sent = datetime.fromisoformat(service.requests[0].body["deadline"])
    assert sent == datetime(2026, 11, 22, 17, 30).astimezone()
    assert sent.tzinfo is not None


def test_the_same_key_is_accepted_once(real_client: Client) -> None:
    first = real_client.submit([1, 2], key="monday")
    assert real_client.submit([1, 2], key="monday") == first
    assert real_client.submit([1, 2], key="tuesday") != first
    with pytest.raises(RefusedError, match="Idempotency key reused") as raised:
        real_client.submit([3], key="monday")
    assert "Idempotency-Key" in raised.value.details


def test_any_number_of_ids_is_submitted_in_parts_with_keys_of_their_own(tmp_path: Path) -> None:
    with serving(tmp_path, INGEST_MAX_IDS="2") as url, Client(url) as client:
        parts = list(client.submit_all([1, 2, 3, 4, 5], Priority.LOW, key="monday"))
        assert [part.ids for part in parts] == [2, 2, 1]
        assert list(client.submit_all([1, 2, 3, 4, 5], Priority.LOW, key="monday")) == parts
        assert client.submit([3, 4], Priority.LOW, key="monday/2") == parts[1].ingestion_id


def test_health_and_ready_return_the_state_of_the_service(real_client: Client) -> None:
    assert (real_client.health().status, real_client.ready().status) == ("ok", "ready")
    assert real_client.health().version == version("ingest-service")


def test_pause_and_resume_change_the_dispatcher(real_client: Client) -> None:
    assert real_client.pause().state == "paused"
    real_client.submit(range(1, 6), Priority.LOW)
    dispatcher = real_client.dispatcher()
    assert dispatcher.paused_at is not None
    assert dispatcher.backlog[Priority.LOW] == QueueDepth(1, 2, 5)
    assert real_client.resume().state == "running"


def test_every_value_has_the_json_it_was_read_from(real_client: Client) -> None:
    ingestion_id = real_client.submit([1])
    ingestion = real_client.ingestion(ingestion_id)
    assert ingestion.raw["ingestion_id"] == ingestion_id
    assert ingestion == replace(ingestion, raw={}), "which makes no difference"


def test_a_status_is_decoded(client: Client, service: StandIn) -> None:
    service.answers(progress("completed", "triggered", headers={"ETag": '"v1"', "Retry-After": "4"}))
    status = client.status(INGESTION_ID)
    assert (status.ingestion_id, status.status, status.completed) == (INGESTION_ID, Status.TRIGGERED, 1)
    assert status.batches[1] == Batch("batch-1", (4, 5, 6), Status.TRIGGERED)
    assert (status.etag, status.retry_after) == ('"v1"', 4)


def test_a_retry_after_that_is_not_a_number_of_seconds_counts_as_none(client: Client, service: StandIn) -> None:
    service.answers(progress("triggered", headers={"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}))
    assert client.status(INGESTION_ID).retry_after is None


def test_a_known_status_is_not_sent_again(client: Client, service: StandIn) -> None:
    service.answers(progress("triggered", headers={"ETag": '"v1"', "Retry-After": "9"}), Answer(304, headers={}))
    known = client.status(INGESTION_ID)
    again = client.status(INGESTION_ID, known)
    assert service.requests[1].headers["If-None-Match"] == '"v1"'
    assert again.batches is known.batches
    assert (again.etag, again.retry_after) == ('"v1"', None)


def test_a_status_without_an_etag_is_requested_without_a_condition(client: Client, service: StandIn) -> None:
    service.answers(progress("triggered"))
    client.status(INGESTION_ID, client.status(INGESTION_ID))
    assert "If-None-Match" not in service.requests[1].headers


def test_special_characters_of_an_id_are_quoted_in_the_path(client: Client, service: StandIn) -> None:
    service.answers(progress("triggered"))
    client.status("a/b?c")
    assert service.requests[0].path == "/status/a%2Fb%3Fc"


def test_an_unknown_status_is_an_unexpected_answer(client: Client, service: StandIn) -> None:
    service.answers(progress("exploded"))
    with pytest.raises(UnexpectedAnswerError, match="is this the ingest service"):
        client.status(INGESTION_ID)


def test_a_silent_service_is_given_up_after_the_timeout(service: StandIn) -> None:
    service.answers(SILENCE)
    with (
        Client(service.url, timeout=0.05, retry_policy=NO_RETRY) as client,
        pytest.raises(UnreachableError) as raised,
    ):
        client.submit([1], Priority.HIGH)
    assert str(raised.value) == (
        f"{service.url} did not answer within 0.05 s. The request may have arrived anyway."
    )


def test_an_ingestion_is_decoded(client: Client, service: StandIn) -> None:
    ahead = {"HIGH": {"ingestions": 1, "batches": 3}}
    why = {"ahead": ahead, "paused_until": None, "next_at": written(START), "text": "3 HIGH batches go first"}
    service.timetables(timetable("triggered", "yet_to_start", headers={"Retry-After": "4"}, position=7, why=why))
    ingestion = client.ingestion(INGESTION_ID)
    assert ingestion == Ingestion(
        ingestion_id=INGESTION_ID,
        status=Status.TRIGGERED,
        priority=Priority.MEDIUM,
        created_at=START,
        ids=6,
        batches=BatchCounts(yet_to_start=1, triggered=1, completed=0, cancelled=0),
        failed=0,
        slots_used=1,
        starts_at=START,
        completes_at=START + timedelta(seconds=6),
        position=7,
        why=WaitReason({Priority.HIGH: Ahead(ingestions=1, batches=3)}, None, START),
        etag=ingestion.etag,
        retry_after=4,
    )
    assert (ingestion.completed, ingestion.total) == (0, 2)


def test_a_known_ingestion_is_not_sent_again(client: Client, service: StandIn) -> None:
    service.timetables(timetable("triggered"))
    known = client.ingestion(INGESTION_ID)
    assert client.ingestion(INGESTION_ID, known) == known
    assert service.requests[1].etag == known.etag


def test_batches_are_decoded_page_by_page(client: Client, service: StandIn) -> None:
    service.timetables(timetable("completed", "triggered", "yet_to_start"))
    client.ingestion(INGESTION_ID)
    page = client.batches(INGESTION_ID, limit=1, after=0)
    started = START + timedelta(seconds=5)
    assert page == BatchPage(
        (TimedBatch("batch-1", 1, (4, 5, 6), Status.TRIGGERED, 1, started, None),), next_after=1
    )
    last = client.batches(INGESTION_ID, after=1)
    assert ([batch.number for batch in last.batches], last.next_after) == ([2], None)
    assert service.paths()[1:] == [
        "/ingestions/id/batches?limit=1&after=0",
        "/ingestions/id/batches?limit=100&after=1",
    ]


def test_an_older_service_has_no_ingestion_with_times(client: Client) -> None:
    with pytest.raises(NotFoundError):
        client.ingestion(INGESTION_ID)


@pytest.mark.parametrize("wrong", [{"starts_at": "soon"}, {"completes_at": 7}, {"why": []}, {"batches": {}}])
def test_fields_of_a_wrong_type_are_an_unexpected_answer(
    client: Client, service: StandIn, wrong: dict[str, Any]
) -> None:
    service.timetables(timetable("triggered", **wrong))
    with pytest.raises(UnexpectedAnswerError, match="is this the ingest service"):
        client.ingestion(INGESTION_ID)


def test_the_client_raises_the_reason_why_nothing_can_be_changed(real_client: Client, waiting: str) -> None:
    real_client.cancel(waiting)
    with pytest.raises(RefusedError, match="Nothing to change"):
        real_client.set_priority(waiting, Priority.HIGH)


def test_the_client_reads_the_slots_that_were_opened(real_run: Run, real_client: Client) -> None:
    ingestion_id = real_client.submit(range(1, 6))
    real_run(f"watch {ingestion_id} --quiet")
    latest, first = real_client.slots()
    assert (first.number, first.ids, latest.ids) == (1, (1, 2, 3), (4, 5))
    assert first.opened_at is not None
    assert first.closed_at is not None
    assert first.opened_at < first.closed_at
