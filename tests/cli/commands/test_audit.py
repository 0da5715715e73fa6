"""`ingestctl audit`."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from ingestctl.client import Client
from tests.cli.conftest import Run
from tests.cli.stand_in import Answer, StandIn

REPORT: dict[str, Any] = {
    "clean": True,
    "slots": 2,
    "calls": 4,
    "empty_seats": 2,
    "ingestions": 1,
    "outcomes": 4,
    "clock": "monotonic",
    "clock_changes": 0,
    "limits": [{"ids": 3, "seconds": 5, "most_calls": 3, "smallest_span_seconds": 5.002}],
    "chain": {"slots": 2, "slots_without": 0, "first_hash": "ab", "last_hash": "cd", "first_broken": None},
    "violations": {"chain": 0, "rate": 0, "order": 0, "ids": 0},
    "named": [],
}
SLOTS = {
    "slots": [
        {
            "number": 2,
            "opened_at": "2025-11-28T18:25:34.000Z",
            "closed_at": "2025-11-28T18:25:35.000Z",
            "ids": [4],
        },
        {"number": 1, "opened_at": "2025-11-28T18:25:29Z", "closed_at": "2025-11-28T18:25:30Z", "ids": [1, 2, 3]},
    ],
    "next_before": None,
}
BROKEN = REPORT | {
    "clean": False,
    "violations": REPORT["violations"] | {"chain": 3},
    "named": [{"kind": "chain", "sentence": "slot 7 is \x1b missing"}],
}
LOG = "\n".join(["2025-11-28T18:25:29.100Z 1", "1764354329.1 2", "1764354329.101 3", "1764354334.2 4"])


def test_a_clean_ledger_is_shown_with_its_figures(run: Run, service: StandIn) -> None:
    service.answers(Answer(body=REPORT))
    result = run("audit")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert "most calls in 5 s   3 of 3" in lines
    assert "shortest time of 4  5.002 s" in lines
    assert lines[-3:] == ["first hash  ab", "last hash   cd", "The promise was kept."]


def test_a_violation_is_named_and_ends_with_exit_code_1(run: Run, service: StandIn) -> None:
    service.answers(Answer(body=BROKEN))
    result = run("audit")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-3:] == [
        "chain: slot 7 is \\u001b missing",
        "and 2 more violations",
        "The promise was not kept.",
    ]


def test_the_json_of_the_service_is_printed_as_it_is(run: Run, service: StandIn) -> None:
    service.answers(Answer(body=BROKEN))
    result = run("audit -o json")
    assert (result.exit_code, json.loads(result.stdout)) == (1, BROKEN)


def test_a_noted_hash_is_asked_for(run: Run, service: StandIn) -> None:
    service.answers(Answer(body=REPORT))
    run("audit --noted abc")
    assert service.requests[-1].path == "/audit?noted=abc"


@pytest.mark.parametrize("packed", [False, True])
def test_a_log_that_says_the_same_changes_nothing(
    run: Run, service: StandIn, tmp_path: Path, packed: bool
) -> None:
    service.answers(Answer(body=REPORT), Answer(body=SLOTS))
    path = tmp_path / "upstream.log"
    path.write_bytes(gzip.compress(LOG.encode()) if packed else LOG.encode())
    result = run(f"audit --upstream-log {path}")
    assert result.exit_code == 0
    assert "4 calls are in the ledger and in the log." in result.stdout.splitlines()
    assert "The clock of the log is +0.126 s from that of the service (median)." in result.stdout


def test_a_log_with_another_call_and_too_many_in_a_window_is_a_violation(run: Run, service: StandIn) -> None:
    service.answers(Answer(body=REPORT), Answer(body=SLOTS))
    result = run("audit --upstream-log -", typed=f"{LOG}\n1764354330.0 9\nnothing\n")
    assert result.exit_code == 1
    assert "called for id 9 at 2025-11-28T18:25:30.000Z, but the ledger has no such call" in result.stdout
    assert "4 calls came in less than 5 s 1 times: first for ids 1 to 9, 0.9 s apart" in result.stdout
    assert "1 of 6 lines are no calls; the first is line 6." in result.stdout
    assert result.stdout.splitlines()[-1] == "The promise was not kept."


def test_a_comparison_is_part_of_the_json(run: Run, service: StandIn) -> None:
    service.answers(Answer(body=REPORT), Answer(body=SLOTS))
    found = json.loads(run("audit -o json --upstream-log -", typed=LOG).stdout)["upstream_log"]
    assert (found["matched"], found["only_in_log"], found["differences"]) == (4, 0, [])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "Error: Cannot read '{path}': No such file or directory."),
        (b"what\n", "Error: There is no line with a time and an id in '{path}': line 1 is none."),
        (b"\x1f\x8bnot gzip", "Error: Cannot read '{path}': "),
    ],
)
def test_a_log_that_cannot_be_read_is_refused_before_the_service_is_asked(
    run: Run, service: StandIn, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "upstream.log"
    if content is not None:
        path.write_bytes(content)
    result = run(f"audit --upstream-log {path}")
    assert result.exit_code == 2
    assert result.stderr.startswith(sentence.format(path=path))
    assert service.requests == []


def test_a_real_service_is_audited(real_run: Run, real_client: Client) -> None:
    ingestion_id = real_client.submit([1, 2, 3, 4])
    assert real_run(f"watch {ingestion_id} --quiet").exit_code == 0
    result = real_run("audit")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "The promise was kept.")
