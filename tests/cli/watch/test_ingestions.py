"""Watching where there is no terminal."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from ingestctl.client import Client
from ingestctl.errors import TimedOutError
from ingestctl.models import Priority
from ingestctl.watch.ingestions import watch
from tests.cli.serving import serving
from tests.cli.stand_in import HANG_UP, INGESTION_ID, StandIn
from tests.cli.timetable import timetable

Watch = Callable[..., int]


@pytest.fixture
def watched(client: Client) -> Watch:
    """Watches the ingestion of the stand-in."""

    def watched(
        *ingestion_ids: str,
        timeout: float | None = None,
        compact: bool = False,
        quiet: bool = False,
        output: str = "table",
    ) -> int:
        ids = list(ingestion_ids) or [INGESTION_ID]
        return watch(client, ids, timeout=timeout, compact=compact, quiet=quiet, output=output)

    return watched


def test_watch_ends_with_the_summary_and_0_when_all_is_completed(
    watched: Watch, service: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    service.timetables(timetable("completed", "completed"))
    assert watched() == 0
    assert capsys.readouterr() == (
        "batch 1  [1, 2, 3]  completed\nbatch 2  [4, 5, 6]  completed\n2 of 2 batches completed in 6s\n",
        "",
    )


def test_failed_ids_make_the_exit_code_1(
    watched: Watch, service: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    service.timetables(timetable("completed", failed=2))
    assert watched() == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 of 1 batch completed in 1s, 2 ids failed"


def test_cancelled_batches_make_the_exit_code_1(
    watched: Watch, service: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    service.timetables(timetable("completed", "cancelled", completes_at=None))
    assert watched() == 1
    assert capsys.readouterr().out.splitlines()[1:] == [
        "batch 2  cancelled",
        "1 of 2 batches completed, 1 batch cancelled",
    ]


@pytest.mark.parametrize("output", ["json", "jsonl", "id"])
def test_the_summary_is_a_notice_on_stderr_in_other_forms(
    watched: Watch, service: StandIn, capsys: pytest.CaptureFixture[str], output: str
) -> None:
    service.timetables(timetable("completed"))
    assert watched(output=output) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 1
    assert err == "1 of 1 batch completed in 1s\n"


def test_quiet_leaves_out_the_notices_and_the_table(
    watched: Watch, service: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    service.timetables(timetable("completed", failed=1))
    assert watched(quiet=True) == 1
    assert capsys.readouterr() == ("", "")
    assert watched(quiet=True, output="id") == 1
    assert capsys.readouterr() == (f"{INGESTION_ID}\n", "")


def test_compact_is_a_line_for_every_ingestion_with_progress(
    watched: Watch, service: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    service.timetables(timetable("completed", "completed"))
    assert watched(compact=True) == 0
    assert capsys.readouterr().out.splitlines() == ["2 of 2 batches completed", "2 of 2 batches completed in 6s"]
    assert "/ingestions/id/batches" not in "".join(service.paths())


def test_an_ingestion_that_is_named_twice_is_watched_once(
    watched: Watch, service: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    service.timetables(timetable("completed"))
    assert watched(INGESTION_ID, INGESTION_ID, output="id") == 0
    assert capsys.readouterr().out == f"{INGESTION_ID}\n"


def test_a_timeout_is_raised_as_an_error(watched: Watch, service: StandIn) -> None:
    service.timetables(timetable("triggered"))
    with pytest.raises(TimedOutError, match=r"^Not completed within 0 s; what was submitted goes on\.$") as raised:
        watched(timeout=0)
    assert raised.value.exit_code == 5


def test_after_a_timeout_json_is_the_last_known_state(
    watched: Watch, service: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    service.timetables(timetable("triggered"))
    with pytest.raises(TimedOutError):
        watched(timeout=0, output="json")
    out, err = capsys.readouterr()
    assert (json.loads(out), err) == (timetable("triggered").ingestion.body, "")


@pytest.mark.slow
@pytest.mark.parametrize(("quiet", "talk"), [(False, 1), (True, 0)])
def test_an_outage_is_one_notice_on_stderr(
    watched: Watch, service: StandIn, capsys: pytest.CaptureFixture[str], quiet: bool, talk: int
) -> None:
    service.timetables(timetable("triggered"), HANG_UP, HANG_UP, timetable("completed"))
    assert watched(quiet=quiet, output="jsonl") == 0
    out, err = capsys.readouterr()
    assert [json.loads(line)["status"] for line in out.splitlines()] == ["triggered", "completed"]
    assert err.count("Reconnecting: Cannot reach the ingest service") == talk


@pytest.mark.slow
def test_every_change_of_the_real_service_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(tmp_path, INGEST_INTERVAL_SECONDS="1") as url, Client(url) as client:
        low = client.submit(range(1, 8), Priority.LOW)
        assert watch(client, [low], timeout=60, compact=False, quiet=False, output="table") == 0
    lines = capsys.readouterr().out.splitlines()
    ends = [line for line in lines if line.endswith("completed")]
    assert ends == ["batch 1  [1, 2, 3]  completed", "batch 2  [4, 5, 6]  completed", "batch 3  [7]  completed"]
    assert lines[-1].startswith("3 of 3 batches completed in ")


@pytest.mark.slow
def test_ids_that_fail_at_the_real_service_make_the_exit_code_1(
    tmp_path: Path, nowhere: str, capsys: pytest.CaptureFixture[str]
) -> None:
    upstream = {"INGEST_UPSTREAM_URL": nowhere + "/{id}", "INGEST_MAX_ATTEMPTS": "1"}
    with serving(tmp_path, 0, **upstream) as url, Client(url) as client:
        failing = client.submit([1, 2], Priority.LOW)
        assert watch(client, [failing], timeout=60, compact=False, quiet=False, output="json") == 1
    out, err = capsys.readouterr()
    assert (json.loads(out)["ingestion_id"], json.loads(out)["failed"]) == (failing, 2)
    assert "2 ids failed" in err


@pytest.mark.slow
def test_the_real_service_is_asked_once_for_every_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    walking = {"INGEST_INTERVAL_SECONDS": "2.5", "INGEST_SIMULATED_DELAY_SECONDS": "0.5"}
    with serving(tmp_path, 0, **walking) as url, Client(url) as client:
        ingestion_id = client.submit(range(1, 7), Priority.LOW)
        assert watch(client, [ingestion_id], timeout=60, compact=False, quiet=False, output="table") == 0
        metrics = requests.get(f"{url}/metrics", timeout=10).text
    changes = len(capsys.readouterr().out.splitlines()) - 1
    asked = re.findall(r'_seconds_count\{.*route="/ingestions/<ingestion_id>".*\} (\d+)', metrics)
    assert changes <= sum(map(int, asked)) <= changes + 2
