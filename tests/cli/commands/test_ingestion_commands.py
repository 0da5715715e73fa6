import json
from pathlib import Path

import pytest

from ingestctl.client import Client
from ingestctl.models import Priority, Status
from tests.cli.conftest import NO_UPSTREAM, Run, Waits, running
from tests.cli.serving import serving
from tests.cli.stand_in import StandIn, refusal

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


@pytest.mark.parametrize("command", ["cancel {}", "priority {} HIGH"])
def test_several_ingestions_are_changed_in_one_go_and_each_once(
    real_run: Run, real_client: Client, waiting: str, command: str
) -> None:
    ids = [waiting, real_client.submit([1]), real_client.submit([2])]
    words = command.format(" ".join([*ids, waiting]))
    result = real_run(words)
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == ids
    changed = [real_client.ingestion(one) for one in ids]
    assert all(one.status is Status.CANCELLED or one.priority is Priority.HIGH for one in changed)
    assert real_run(f"{words} -o id").stdout.split() == ids
    assert [one["ingestion_id"] for one in json.loads(real_run(f"{words} -o json").stdout)] == ids
    lines = real_run(f"{words} -o jsonl").stdout.splitlines()
    assert [json.loads(line)["ingestion_id"] for line in lines] == ids


@pytest.mark.parametrize("command", ["cancel {}", "priority {} HIGH"])
def test_ingestions_that_fail_do_not_keep_the_others_from_a_change(
    real: str, real_run: Run, real_client: Client, command: str
) -> None:
    done = real_client.submit([1])
    real_run(f"watch {done} -q")
    real_client.pause()
    first, second = real_client.submit([2]), real_client.submit([3])
    result = real_run(command.format(" ".join([UNKNOWN, first, done, second])) + " -o id")
    assert (result.exit_code, result.stdout.split()) == (4, [first, second]), "the code of the first that failed"
    unknown, refused = result.stderr.splitlines()
    assert unknown.startswith(f"Error: {UNKNOWN}: Ingestion ID not found: {real}/ingestions/{UNKNOWN}.")
    assert refused.startswith(f"Error: {done}: The service refused this: Nothing to ")


def test_an_array_of_several_ingestions_is_closed_where_all_fail(real_run: Run) -> None:
    other = UNKNOWN.replace("0000-4", "0001-4")
    result = real_run(f"cancel {UNKNOWN} {other} -o json")
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (4, "[]\n", 2)


def test_a_service_that_does_not_answer_is_not_asked_for_the_other_ingestions(run: Run, service: StandIn) -> None:
    service.always(refusal(503, "Busy"))
    other = UNKNOWN.replace("0000-4", "0001-4")
    result = run(f"cancel {UNKNOWN} {other} -q")
    assert (result.exit_code, set(service.paths())) == (1, {f"/ingestions/{UNKNOWN}"})
    assert result.stderr.startswith("Error: The service cannot answer now: Busy.")


def test_retry_of_several_ingestions_prints_a_new_id_for_each(tmp_path: Path, waits: Waits) -> None:
    with serving(tmp_path, INGEST_UPSTREAM_URL=NO_UPSTREAM, INGEST_MAX_ATTEMPTS="1") as url, Client(url) as client:
        run = running(url, tmp_path, waits)
        failed = [client.submit([number]) for number in (1, 2)]
        run(f"watch {' '.join(failed)} -q")
        client.pause()
        result = run(f"retry {failed[0]} {UNKNOWN} {failed[1]} {failed[0]} -p high")
        assert (result.exit_code, len(result.stderr.splitlines())) == (4, 1)
        again = [client.status(one).batches[0].ids for one in result.stdout.split()]
    assert again == [(1,), (2,)]


@pytest.mark.parametrize("command", ["cancel", "priority", "retry", "watch"])
def test_no_ingestion_at_all_is_wrong_usage(run: Run, command: str) -> None:
    assert run(f"{command} {'HIGH' if command == 'priority' else ''}").exit_code == 2


@pytest.mark.parametrize("command", ["cancel {}", "priority {} HIGH", "retry {}", "why {}", "results {}"])
def test_an_ingestion_that_does_not_exist_exits_4(real: str, real_run: Run, command: str) -> None:
    result = real_run(command.format(UNKNOWN))
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith(f"Error: Ingestion ID not found: {real}/ingestions/{UNKNOWN}")
    assert result.stderr.endswith(". Check the id, and --url or INGEST_URL.\n")
