import json
from pathlib import Path

import pytest

from ingestctl.client import Client
from tests.cli.conftest import Run, Waits, running
from tests.cli.serving import serving
from tests.cli.stand_in import Answer, StandIn, refusal


def ids_of(client: Client, ingestion_id: str) -> list[int]:
    return [record_id for batch in client.status(ingestion_id).batches for record_id in batch.ids]


def test_more_ids_than_the_service_takes_become_several_ingestions(tmp_path: Path, waits: Waits) -> None:
    with serving(tmp_path, INGEST_MAX_IDS="100") as url, Client(url) as client:
        client.pause()
        result = running(url, tmp_path, waits)("submit 1-201")
        assert result.exit_code == 0
        parts = [ids_of(client, ingestion_id) for ingestion_id in result.stdout.split()]
    assert [len(part) for part in parts] == [100, 100, 1]
    assert [record_id for part in parts for record_id in part] == list(range(1, 202))


def test_a_body_that_is_too_large_for_the_service_becomes_several_ingestions(tmp_path: Path, waits: Waits) -> None:
    with serving(tmp_path, INGEST_MAX_IDS="10000") as url, Client(url) as client:
        client.pause()
        result = running(url, tmp_path, waits)("submit 100000001-100080000 -o json --debug")
    assert "/ingest: 413 Request Entity Too Large, " in result.stderr
    assert [one["ids"] for one in json.loads(result.stdout)] == 8 * [10_000]


def test_a_submission_that_fails_on_the_way_prints_the_key_that_continues_it(tmp_path: Path, waits: Waits) -> None:
    with serving(tmp_path, INGEST_MAX_IDS="100", INGEST_MAX_PENDING_IDS="300") as url, Client(url) as client:
        client.pause()
        run = running(url, tmp_path, waits)
        full = run("submit 1-400 --key monday")
        assert full.exit_code == 1
        assert len(full.stdout.split()) == 3
        note, error = full.stderr.splitlines()[-2:]
        assert note == (
            "At least 300 of 400 ids are accepted. "
            "To submit the rest, and none twice, add --key monday to the same command."
        )
        assert error.startswith("Error: The service cannot answer now: Backlog full (ids: ")
        client.cancel(full.stdout.split()[2])
        again = run("submit 1-400 --key monday")
        assert (again.exit_code, again.stderr) == (0, "")
        assert again.stdout.split()[:3] == full.stdout.split()
        assert ids_of(client, again.stdout.split()[3]) == list(range(301, 401))


def test_a_list_that_breaks_off_is_closed(tmp_path: Path, waits: Waits) -> None:
    with serving(tmp_path, INGEST_MAX_IDS="100", INGEST_MAX_PENDING_IDS="150") as url, Client(url) as client:
        client.pause()
        result = running(url, tmp_path, waits)("submit 1-200 -o json")
    assert result.exit_code == 1
    assert [one["ids"] for one in json.loads(result.stdout)] == [100]


def test_a_key_for_other_ids_is_refused(real_run: Run) -> None:
    assert real_run("submit 1 2 --key monday").exit_code == 0
    result = real_run("submit 3 4 --key monday")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: The service refused this: Idempotency key reused (Idempotency-Key: ")


@pytest.mark.parametrize(
    "answer",
    [
        refusal(400, "No", ids=["must be at most 0 ids; these are 1"]),
        refusal(400, "No", limits={"ids": 0}, ids=["must be at most 0 ids; these are 1"]),
        refusal(413, "No"),
    ],
)
def test_a_service_that_does_not_accept_a_single_id_is_asked_once(
    run: Run, service: StandIn, answer: Answer
) -> None:
    service.answers(answer)
    assert (run("submit 1").exit_code, len(service.requests)) == (1, 1)
