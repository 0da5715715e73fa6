import json
from pathlib import Path

import pytest

from ingestctl.client import Client
from ingestctl.errors import RefusedError
from ingestctl.models import Priority, Status
from tests.cli.conftest import Run, Waits, running
from tests.cli.serving import serving
from tests.cli.stand_in import StandIn, refusal

NO_UPSTREAM = "http://127.0.0.1:1/{id}"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def waiting(real_client: Client) -> str:
    """The id of an ingestion that waits, for nothing runs."""
    real_client.pause()
    return real_client.submit(range(1, 6), Priority.LOW)


def test_cancel_takes_back_what_waits(real_run: Run, real_client: Client, waiting: str) -> None:
    result = real_run(f"cancel {waiting}")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{waiting}: 2 of 2 batches cancelled\n"
    assert real_client.ingestion(waiting).status is Status.CANCELLED
    assert real_run(f"cancel {waiting} -o id").stdout == f"{waiting}\n"


def test_cancelling_what_is_completed_is_refused(real_run: Run, real_client: Client) -> None:
    ingestion_id = real_client.submit([1])
    real_run(f"watch {ingestion_id} --quiet")
    result = real_run(f"cancel {ingestion_id}")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: The service refused this: Nothing to cancel")


def test_watching_what_is_cancelled_exits_1(real_run: Run, real_client: Client, waiting: str) -> None:
    real_client.cancel(waiting)
    assert real_run(f"watch {waiting} --quiet").exit_code == 1


def test_watching_what_does_not_end_in_time_exits_5(real_run: Run, waiting: str) -> None:
    result = real_run(f"watch {waiting} --timeout 0.1 --quiet")
    assert (result.exit_code, result.stdout) == (5, "")
    assert result.stderr.startswith("Error: Not completed within 0.1 s")


def test_several_are_watched_together(real_run: Run, real_client: Client) -> None:
    ids = [real_client.submit([number]) for number in (1, 2, 3)]
    result = real_run(f"watch {' '.join(ids)} --compact -o id")
    assert (result.exit_code, sorted(result.stdout.split())) == (0, sorted(ids))


@pytest.mark.parametrize("level", ["HIGH", "high", "High"])
def test_priority_changes_how_urgent_it_is(real_run: Run, real_client: Client, waiting: str, level: str) -> None:
    result = real_run(f"priority {waiting} {level}")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{waiting}: now HIGH")
    assert real_client.ingestion(waiting).priority is Priority.HIGH
    assert json.loads(real_run(f"priority {waiting} LOW -o json").stdout)["priority"] == "LOW"


def test_a_priority_that_there_is_not_is_wrong_usage(real_run: Run, waiting: str) -> None:
    result = real_run(f"priority {waiting} URGENT")
    assert result.exit_code == 2
    assert "'URGENT' is not one of" in result.stderr


def test_the_priority_of_what_has_ended_stays(real_run: Run, real_client: Client, waiting: str) -> None:
    real_client.cancel(waiting)
    result = real_run(f"priority {waiting} HIGH")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: The service refused this: Nothing to change")


def test_retry_submits_what_failed_and_prints_its_id(tmp_path: Path, waits: Waits) -> None:
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


def test_a_retry_of_what_has_not_failed_is_refused(real_run: Run, waiting: str) -> None:
    result = real_run(f"retry {waiting}")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: The service refused this: Nothing to retry")


@pytest.mark.parametrize("command", ["cancel {}", "priority {} HIGH", "retry {}", "why {}", "results {}"])
def test_an_ingestion_that_there_is_not_exits_4(real: str, real_run: Run, command: str) -> None:
    result = real_run(command.format(UNKNOWN))
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith(f"Error: Ingestion ID not found: {real}/ingestions/{UNKNOWN}")
    assert result.stderr.endswith(". Check the id, and --url or INGEST_URL.\n")


def test_pause_and_resume_may_be_asked_twice(real_run: Run, real_client: Client) -> None:
    for _ in range(2):
        assert real_run("pause").stdout.startswith("paused by an operator since ")
    assert json.loads(real_run("pause -o json").stdout)["state"] == "paused"
    ingestion_id = real_client.submit([1])
    for _ in range(2):
        assert real_run("resume").stdout.startswith("running")
    assert real_run(f"watch {ingestion_id} --quiet").exit_code == 0


@pytest.mark.usefixtures("waiting")
def test_health_tells_the_version_the_dispatcher_and_what_waits(real: str, real_run: Run) -> None:
    result = real_run("health")
    assert (result.exit_code, result.stderr) == (0, "")
    alive, ready, dispatcher, *backlog = result.stdout.splitlines()
    assert alive == f"health      ok, version 0.1.0, at {real}"
    assert ready == "ready       ready"
    assert dispatcher.startswith("dispatcher  paused by an operator since ")
    assert backlog == [
        "Priority  Ingestions  Batches  Ids",
        "HIGH               0        0    0",
        "MEDIUM             0        0    0",
        "LOW                1        2    5",
    ]


def test_health_is_json_too(real_run: Run) -> None:
    told = json.loads(real_run("health -o json").stdout)
    assert (told["health"]["status"], told["ready"]["status"]) == ("ok", "ready")
    assert told["dispatcher"]["state"] == "running"


def test_a_service_that_is_not_well_exits_1_and_says_why(run: Run, service: StandIn) -> None:
    service.answers(refusal(503, "Not healthy", dispatcher=["it died"]))
    result = run("health")
    sentence = "The service cannot answer now: Not healthy (dispatcher: it died). Try again a little later."
    assert (result.exit_code, result.stdout.splitlines()[0]) == (1, f"health      {sentence}")
    told = json.loads(run("health -o json").stdout)
    assert told == {name: {"error": sentence} for name in ("health", "ready", "dispatcher")}


def test_the_client_says_why_nothing_can_be_cancelled(real_client: Client, waiting: str) -> None:
    real_client.cancel(waiting)
    with pytest.raises(RefusedError, match="Nothing to change"):
        real_client.set_priority(waiting, Priority.HIGH)


def test_the_client_reads_the_slots_that_were(real_run: Run, real_client: Client) -> None:
    ingestion_id = real_client.submit(range(1, 6))
    real_run(f"watch {ingestion_id} --quiet")
    latest, first = real_client.slots()
    assert (first.number, first.ids, latest.ids) == (1, (1, 2, 3), (4, 5))
    assert first.opened_at is not None
    assert first.closed_at is not None
    assert first.opened_at < first.closed_at
