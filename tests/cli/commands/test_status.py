import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingestctl.client import Client
from ingestctl.models import Priority
from tests.cli.conftest import NO_UPSTREAM, Run, Waits, running
from tests.cli.serving import serving
from tests.cli.stand_in import INGESTION_ID, StandIn
from tests.cli.timetable import timetable, written


def done(run: Run, client: Client, words: str) -> str:
    """Submit, wait until all is completed, and return the ingestion id."""
    ingestion_id = client.submit([1, 2, 3, 4], Priority.HIGH)
    assert run(f"watch {ingestion_id} {words}").exit_code in (0, 1)
    return ingestion_id


def test_status_prints_every_batch_as_a_line(real_run: Run, real_client: Client) -> None:
    real_client.pause()
    result = real_run(f"status {real_client.submit(range(1, 6))}")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "batch 1  [1, 2, 3]  yet_to_start",
        "batch 2  [4, 5]  yet_to_start",
        "0 of 2 batches completed",
    ]


def test_status_as_json_is_the_whole_and_as_lines_the_batches(real_run: Run, real_client: Client) -> None:
    real_client.pause()
    ingestion_id = real_client.submit(range(1, 3001))
    whole = json.loads(real_run(f"status {ingestion_id} -o json").stdout)
    assert (whole["ingestion_id"], whole["batches"]["yet_to_start"]) == (ingestion_id, 1000)
    lines = real_run(f"status {ingestion_id} -o jsonl").stdout.splitlines()
    assert [json.loads(line)["ids"][0] for line in lines] == list(range(1, 3001, 3))


def test_results_are_lines_or_json(real_run: Run, real_client: Client) -> None:
    ingestion_id = done(real_run, real_client, "--quiet")
    table = real_run(f"results {ingestion_id}").stdout.splitlines()
    assert table[0] == '         1  {"id": 1, "data": "processed"}'
    found = json.loads(real_run(f"results {ingestion_id} -o json").stdout)
    assert [result["id"] for result in found] == [1, 2, 3, 4]
    lines = real_run(f"results {ingestion_id} -o jsonl").stdout.splitlines()
    assert list(map(json.loads, lines)) == found


def test_no_results_are_an_empty_list(real_run: Run, real_client: Client) -> None:
    real_client.pause()
    ingestion_id = real_client.submit([1])
    assert real_run(f"results {ingestion_id} -o json").stdout == "[]\n"
    assert real_run(f"results {ingestion_id}").stdout == ""


def test_failed_ids_are_printed_with_the_reason_and_make_watch_exit_1(tmp_path: Path, waits: Waits) -> None:
    with serving(tmp_path, INGEST_UPSTREAM_URL=NO_UPSTREAM, INGEST_MAX_ATTEMPTS="1") as url, Client(url) as client:
        run = running(url, tmp_path, waits)
        ingestion_id = client.submit([7])
        assert run(f"watch {ingestion_id} --quiet").exit_code == 1
        printed = run(f"results {ingestion_id}").stdout
        [result] = client.results(ingestion_id)
    assert printed.startswith("         7  failed after 1 attempt: no answer: ")
    assert (result.id, result.result, result.attempts, result.last_status) == (7, None, 1, None)


def test_why_shows_the_batches_that_go_first_and_the_end(run: Run, service: StandIn) -> None:
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=30)
    why = {
        "ahead": {"HIGH": {"ingestions": 1, "batches": 3}},
        "paused_until": None,
        "next_at": written(start),
        "text": "",
        "paused_by_operator": False,
    }
    slips = [
        {"at": written(start - timedelta(hours=1)), "slots": slots, "seconds": 5.0 * slots, **reason}
        for slots, reason in (
            (2, {"text": "+2 slots at 14:03:05Z: ingestion x, HIGH", "cause": "ingestion x, HIGH"}),
            (1, {"text": "+1 slot at 14:03:05Z: an older service"}),
        )
    ]
    deadline = {"at": written(start + timedelta(minutes=1)), "holds": True}
    service.timetables(timetable("yet_to_start", start=start, why=why, slips=slips, deadline=deadline))
    result = run(f"why {INGESTION_ID}")
    assert (result.exit_code, result.stderr) == (0, "")
    title, countdown, reason, kept, headings, first, second = result.stdout.splitlines()
    assert title == f"{INGESTION_ID}: yet to start, MEDIUM"
    assert countdown.startswith("done in 30m 0")
    assert reason.startswith("3 HIGH batches of 1 ingestion go first; the next batch runs in ")
    assert kept.startswith("the deadline, ")
    assert kept.endswith(", holds")
    assert headings.split("  ")[0] == "Put off"
    assert first.split(" ago")[1].split() == ["2", "10s", "ingestion", "x,", "HIGH"]
    assert second.endswith("1  5s   +1 slot at 14:03:05Z: an older service")


def test_why_shows_the_pause_of_an_operator(real_run: Run, real_client: Client) -> None:
    real_client.pause()
    ingestion_id = real_client.submit([1])
    result = real_run(f"why {ingestion_id}")
    assert f"{ingestion_id}: yet to start, MEDIUM\npaused by an operator" in result.stdout
    assert json.loads(real_run(f"why {ingestion_id} -o json").stdout)["why"]["paused_by_operator"] is True


@pytest.mark.parametrize("skew", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=-40)])
def test_the_time_that_is_left_counts_on_the_clock_of_the_service(
    run: Run, service: StandIn, skew: timedelta
) -> None:
    service.ahead = skew
    start = datetime.now(UTC) + skew + timedelta(minutes=30, seconds=5)
    service.timetables(timetable("yet_to_start", start=start))
    countdown = run(f"why {INGESTION_ID}").stdout.splitlines()[1]
    assert countdown.startswith("done in 30m 0")
