import json
import re
from pathlib import Path

import pytest

from ingestctl.client import Client
from tests.cli.conftest import Run, Waits, running
from tests.cli.serving import serving


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


def test_schedule_shows_when_slots_open(tmp_path: Path, waits: Waits) -> None:
    with serving(tmp_path, INGEST_INTERVAL_SECONDS="3600") as url, Client(url) as client:
        client.submit(range(1, 10))
        [_, _, *rows] = running(url, tmp_path, waits)("schedule").stdout.splitlines()
    assert any(re.search(r"  in (1h 00m|59m 5\ds) ", row) for row in rows)


def test_an_empty_schedule_is_a_notice_on_stderr(real_run: Run) -> None:
    result = real_run("schedule")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Nothing waits.\n")


def test_schedule_in_a_pipe_cuts_no_ids_however_large_the_batches_are(tmp_path: Path, waits: Waits) -> None:
    with serving(tmp_path, INGEST_BATCH_SIZE="100") as url, Client(url) as client:
        client.pause()
        few, many = range(900000001, 900000008), range(900000101, 900000201)
        submitted = [client.submit(few), client.submit(many)]
        [*_, first, second] = running(url, tmp_path, waits)("schedule").stdout.splitlines()
    for row, ids, ingestion_id in zip((first, second), (few, many), submitted, strict=True):
        assert ", ".join(map(str, ids)) in row
        assert row.split()[-2:] == [ingestion_id, "MEDIUM"]
