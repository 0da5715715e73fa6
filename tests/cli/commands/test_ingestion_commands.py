import json
from pathlib import Path

import pytest

from ingestctl.client import Client
from ingestctl.models import Priority, Status
from tests.cli.conftest import NO_UPSTREAM, Run, Waits, running
from tests.cli.serving import serving

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_cancel_cancels_the_batches_that_wait(real_run: Run, real_client: Client, waiting: str) -> None:
    result = real_run(f"cancel {waiting}")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{waiting}: 2 of 2 batches cancelled\n"
    assert real_client.ingestion(waiting).status is Status.CANCELLED
    assert real_run(f"cancel {waiting} -o id").stdout == f"{waiting}\n"


def test_cancelling_a_completed_ingestion_is_refused(real_run: Run, real_client: Client) -> None:
    ingestion_id = real_client.submit([1])
    real_run(f"watch {ingestion_id} --quiet")
    result = real_run(f"cancel {ingestion_id}")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: The service refused this: Nothing to cancel")


@pytest.mark.parametrize("level", ["HIGH", "high", "High"])
def test_priority_changes_the_priority(real_run: Run, real_client: Client, waiting: str, level: str) -> None:
    result = real_run(f"priority {waiting} {level}")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{waiting}: now HIGH")
    assert real_client.ingestion(waiting).priority is Priority.HIGH
    assert json.loads(real_run(f"priority {waiting} LOW -o json").stdout)["priority"] == "LOW"


def test_a_priority_that_does_not_exist_is_wrong_usage(real_run: Run, waiting: str) -> None:
    result = real_run(f"priority {waiting} URGENT")
    assert result.exit_code == 2
    assert "'URGENT' is not one of" in result.stderr


def test_the_priority_of_an_ingestion_that_has_ended_stays(
    real_run: Run, real_client: Client, waiting: str
) -> None:
    real_client.cancel(waiting)
    result = real_run(f"priority {waiting} HIGH")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: The service refused this: Nothing to change")


def test_retry_submits_the_failed_ids_and_prints_the_new_id(tmp_path: Path, waits: Waits) -> None:
    with serving(tmp_path, INGEST_UPSTREAM_URL=NO_UPSTREAM, INGEST_MAX_ATTEMPTS="1") as url, Client(url) as client:
        run = running(url, tmp_path, waits)
        ingestion_id = client.submit([1, 2])
        run(f"watch {ingestion_id} --quiet")
        client.pause()
        again = run(f"retry {ingestion_id} --priority high").stdout.strip()
        assert client.ingestion(again).priority is Priority.HIGH
        assert client.status(again).batches[0].ids == (1, 2)
        as_before = run(f"retry {ingestion_id}").stdout.strip()
        assert client.ingestion(as_before).priority is Priority.MEDIUM


def test_a_retry_without_failed_ids_is_refused(real_run: Run, waiting: str) -> None:
    result = real_run(f"retry {waiting}")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: The service refused this: Nothing to retry")


@pytest.mark.parametrize("command", ["cancel {}", "priority {} HIGH", "retry {}", "why {}", "results {}"])
def test_an_ingestion_that_does_not_exist_exits_4(real: str, real_run: Run, command: str) -> None:
    result = real_run(command.format(UNKNOWN))
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith(f"Error: Ingestion ID not found: {real}/ingestions/{UNKNOWN}")
    assert result.stderr.endswith(". Check the id, and --url or INGEST_URL.\n")
