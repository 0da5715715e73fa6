import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingestctl.client import Client
from ingestctl.models import Priority
from tests.cli.conftest import Run, Waits, running
from tests.cli.serving import serving
from tests.cli.stand_in import INGESTION_ID, StandIn
from tests.cli.timetable import timetable, written

NO_UPSTREAM = "http://127.0.0.1:1/{id}"


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


def test_status_as_json_is_the_whole_and_as_lines_its_batches(real_run: Run, real_client: Client) -> None:
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


def test_ids_that_failed_are_told_with_the_reason_and_make_watch_exit_1(tmp_path: Path, waits: Waits) -> None:
    with serving(tmp_path, INGEST_UPSTREAM_URL=NO_UPSTREAM, INGEST_MAX_ATTEMPTS="1") as url, Client(url) as client:
        run = running(url, tmp_path, waits)
        ingestion_id = client.submit([7])
        assert run(f"watch {ingestion_id} --quiet").exit_code == 1
        printed = run(f"results {ingestion_id}").stdout
        [result] = client.results(ingestion_id)
    assert printed.startswith("         7  failed after 1 attempt: no answer: ")
    assert (result.id, result.result, result.attempts, result.last_status) == (7, None, 1, None)


def test_list_has_the_newest_first(tmp_path: Path, waits: Waits) -> None:
    with serving(tmp_path, INGEST_LINGER_SECONDS="3600") as url, Client(url) as client:
        old = client.submit([1, 2, 3, 4], Priority.LOW)
        new = client.submit([5], Priority.HIGH, datetime.now(UTC) + timedelta(days=3, minutes=1))
        headings, first, second = running(url, tmp_path, waits)("list").stdout.splitlines()
    assert " ".join(headings.split()) == "Ingestion Priority Status Ids Done Failed Submitted Deadline"
    assert first.split()[:7] == [new, "HIGH", "yet_to_start", "1", "0", "of", "1"]
    assert first.endswith("in 3d 00h")
    assert second.split()[:8] == [old, "LOW", "yet_to_start", "4", "0", "of", "2", "0"]
    assert second.endswith("s ago")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", "ba"),
        ("--priority low", "a"),
        ("--status yet_to_start --priority HIGH", "b"),
        ("--status completed", ""),
        ("--limit 1", "b"),
    ],
)
def test_list_prints_the_ids_of_those_that_are_wanted(
    real_run: Run, real_client: Client, words: str, found: str
) -> None:
    real_client.pause()
    ids = {"a": real_client.submit([1], Priority.LOW), "b": real_client.submit([2], Priority.HIGH)}
    assert real_run(f"list -o id {words}").stdout.split() == [ids[name] for name in found]


def test_list_says_that_there_are_more(real_run: Run, real_client: Client) -> None:
    for _ in range(3):
        real_client.submit([1])
    assert real_run("list --limit 2").stderr == "There are more: see them with --limit 20.\n"
    assert real_run("list --limit 2 --quiet").stderr == ""
    for limit in (3, 5000):
        assert real_run(f"list --limit {limit}").stderr == ""


def test_a_long_list_is_fetched_page_by_page(real_client: Client) -> None:
    real_client.pause()
    submitted = [real_client.submit([number]) for number in range(1, 6)]
    listed = list(real_client.ingestions(page=2))
    assert [one.ingestion_id for one in listed] == submitted[::-1]


def test_an_empty_list_says_so_on_stderr(real_run: Run) -> None:
    result = real_run("list")
    assert (result.stdout, result.stderr) == ("", "There are no such ingestions.\n")
    assert real_run("list -o json").stdout == "[]\n"


@pytest.mark.parametrize(
    ("words", "fault"), [("--status done", "'done' is not one of"), ("--limit 0", "0 is not")]
)
def test_a_wrong_wish_for_a_list_is_wrong_usage(real_run: Run, words: str, fault: str) -> None:
    result = real_run(f"list {words}")
    assert result.exit_code == 2
    assert fault in result.stderr


def test_schedule_is_the_board_with_whole_ids_in_a_pipe(real_run: Run, real_client: Client) -> None:
    real_client.pause()
    ingestion_id = real_client.submit(range(1000000001, 1000000006))
    assert [row.rstrip() for row in real_run("schedule").stdout.splitlines()] == [
        "Paused by an operator. When it is resumed, this is the order:",
        "Opens   Ids                                 Ingestion                             Priority",
        "─" * 90,
        f"paused  1000000001, 1000000002, 1000000003  {ingestion_id}  MEDIUM",
        f"paused  1000000004, 1000000005              {ingestion_id}  MEDIUM",
    ]


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_schedule_as_json_is_the_slots(real_run: Run, real_client: Client, form: str) -> None:
    real_client.pause()
    real_client.submit(range(1, 6))
    slots = json.loads(real_run(f"schedule --slots 1 -o {form}").stdout)
    assert [slot["ids"] for slot in (slots if form == "json" else [slots])] == [[1, 2, 3]]


def test_schedule_tells_when_slots_open(tmp_path: Path, waits: Waits) -> None:
    with serving(tmp_path, INGEST_INTERVAL_SECONDS="3600") as url, Client(url) as client:
        client.submit(range(1, 10))
        [_, _, *rows] = running(url, tmp_path, waits)("schedule").stdout.splitlines()
    assert any("  in 1h 00m " in row or "  in 59m 59s " in row for row in rows)


def test_an_empty_schedule_says_so_on_stderr(real_run: Run) -> None:
    result = real_run("schedule")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Nothing waits.\n")


def test_why_tells_what_goes_first_and_when_it_is_done(run: Run, service: StandIn) -> None:
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


def test_why_tells_that_an_operator_paused(real_run: Run, real_client: Client) -> None:
    real_client.pause()
    ingestion_id = real_client.submit([1])
    result = real_run(f"why {ingestion_id}")
    assert f"{ingestion_id}: yet to start, MEDIUM\npaused by an operator" in result.stdout
    assert json.loads(real_run(f"why {ingestion_id} -o json").stdout)["why"]["paused_by_operator"] is True
