"""`ingestctl verify` over HTTP, with little services that run fifty times as fast."""

import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.services.right import RightService
from tests.acceptance.services.served import serving
from tests.acceptance.services.wrong import FailsOnWrongInput
from tests.cli.conftest import Run, Waits, running
from tests.cli.processes import shell
from tests.cli.stand_in import Answer, StandIn

QUICK = "--interval 0.1"
NAMES = [
    "submissions",
    "wrong input",
    "unknown ids",
    "shape",
    "batches",
    "100 ids",
    "20 clients",
    "transitions",
    "outer status",
    "completion",
    "rate",
    "order",
    "late choice",
    "example",
    "answer times",
    "restart",
]


@pytest.fixture
def right() -> Iterator[str]:
    with serving(RightService, 0.1) as server:
        yield server.url


@pytest.fixture
def wrong() -> Iterator[str]:
    with serving(FailsOnWrongInput, 0.1) as server:
        yield server.url


def test_a_right_service_gets_a_row_for_each_check_and_the_exit_code_0(
    right: str, tmp_path: Path, waits: Waits
) -> None:
    result = running(right, tmp_path, waits)(f"verify {QUICK}")
    heading, *rows, count = result.stdout.splitlines()
    assert heading.split() == ["Check", "Verdict", "Seen"]
    assert [row[:12].strip() for row in rows] == NAMES
    assert rows[1] == "wrong input   passed      25 wrong requests refused"
    assert rows[-1] == "restart       not judged  no command that restarts the service was given"
    assert count.startswith("16 checks: ")
    assert "0 failed" in count
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        f"Checking the service at {right}.",
        "Sending wrong requests.",
        "Running the example of the specification: three slots.",
        "Filling the queue with 100 ids of LOW, and more urgent ones behind them: four slots.",
        "The rest of the 100 ids, and those of the 20 clients, still wait, and will run.",
    ]


def test_a_finding_has_its_sentence_below_the_table_and_the_exit_code_1(
    wrong: str, tmp_path: Path, waits: Waits
) -> None:
    result = running("http://localhost:1", tmp_path, waits)(f"verify {wrong}/ {QUICK} --quiet")
    *rows, finding, count = result.stdout.splitlines()
    assert rows[2].startswith("wrong input   failed      A wrong request is refused with its status code ")
    assert finding == (
        "wrong input: POST /ingest with no ids answered 500 "
        "<!doctype html><title>500 Internal Server Error</title>; "
        "it should answer 400 with JSON that has an error, and details of ids. (23 more like it.)"
    )
    assert "1 failed" in count
    assert result.exit_code == 1
    assert result.stderr == ""


@pytest.mark.parametrize(("form", "lines"), [("json", 1), ("jsonl", 16)])
def test_verdicts_as_json_have_the_law_and_what_was_seen(
    right: str, tmp_path: Path, waits: Waits, form: str, lines: int
) -> None:
    result = running(right, tmp_path, waits)(f"verify {QUICK} -o {form}")
    printed = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(printed) == lines
    verdicts = printed[0] if form == "json" else printed
    assert [verdict["check"] for verdict in verdicts] == NAMES
    assert verdicts[1] == {
        "check": "wrong input",
        "law": "A wrong request is refused with its status code and JSON that says why.",
        "verdict": "passed",
        "seen": "25 wrong requests refused",
    }


def test_the_command_that_restarts_the_service_is_run_and_its_output_is_on_stderr(
    right: str, tmp_path: Path
) -> None:
    (tmp_path / "restart.py").write_text("print('restarted')")
    command = shlex.join([sys.executable, str(tmp_path / "restart.py")])
    ran = shell(f"ingestctl verify {QUICK} -o jsonl --restart {shlex.quote(command)}", right)
    assert json.loads(ran.stdout.splitlines()[-1])["seen"] == "8 ingestions known, and the rest went on"
    assert "restarted" in ran.stderr.splitlines()
    assert ran.returncode == 0


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("no-such-program", "'no-such-program' is not a command: it has to begin with the name of a program."),
        ("echo 'a", '"echo \'a" is not a command: No closing quotation.'),
        ("", "'' is not a command: it has to begin with the name of a program."),
    ],
)
def test_a_restart_that_is_no_command_ends_the_run(
    right: str, tmp_path: Path, waits: Waits, command: str, sentence: str
) -> None:
    result = running(right, tmp_path, waits)(f"verify {QUICK} --quiet --restart {shlex.quote(command)}")
    assert (result.stdout, result.stderr, result.exit_code) == ("", f"Error: {sentence}\n", 2)


def test_a_restart_that_fails_is_a_finding_beside_the_other_verdicts(
    right: str, tmp_path: Path, waits: Waits
) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF")
    program.chmod(0o755)
    failures = {
        "false": "the command 'false' ended with the exit code 1.",
        str(program): f"the command '{program}' cannot be run: Exec format error.",
    }
    for command, sentence in failures.items():
        result = running(right, tmp_path, waits)(f"verify {QUICK} --quiet --restart {shlex.quote(command)}")
        lines = result.stdout.splitlines()
        assert [row[:12].strip() for row in lines[1:17]] == NAMES
        assert lines[16].split(maxsplit=2) == ["restart", "failed", "A restart loses nothing."]
        assert lines[-2] == f"restart: {sentence}"
        assert (result.stderr, result.exit_code) == ("", 1)


def test_without_a_service_there_is_nothing_to_judge(run: Run, nowhere: str) -> None:
    result = run(f"verify {nowhere}")
    assert (result.stdout, result.exit_code) == ("", 3)
    assert "Cannot reach the ingest service at http://127.0.0.1:" in result.stderr


def test_an_empty_address_does_not_stand_for_another_one(run: Run, service: StandIn) -> None:
    result = run("verify ''")
    assert (result.stdout, result.exit_code) == ("", 2)
    assert result.stderr.startswith("Error: '' is not the address of a service: ")
    assert service.requests == []


@pytest.mark.parametrize("rest", ["/?token=secret", "#top", "/base?"])
def test_an_address_with_a_query_or_a_fragment_is_refused_and_not_shown(
    run: Run, service: StandIn, rest: str
) -> None:
    result = run(f"verify {shlex.quote(service.url + rest)}")
    assert (result.stdout, result.exit_code) == ("", 2)
    sentence = "The address of the service has a query or a fragment: leave out what follows ? or #."
    assert result.stderr == f"Error: {sentence}\n"
    assert service.requests == []


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(200, b"<html>"), "answered 200 OK, but not the service's JSON: is this the ingest service? "),
        (Answer(200, [1]), "answered 200 OK, but not the service's JSON: is this the ingest service? "),
        (Answer(404, b"<html>"), "answered 404 Not Found, but not the service's JSON: is this the ingest "),
        (Answer(401, {"detail": "Who?"}), "answered 401 Unauthorized, but not the service's JSON: is this the "),
        (Answer(500, b""), "The service failed: Internal Server Error. Its log says why."),
        (Answer(503, b""), "The service cannot answer now: Service Unavailable. Try again a little later."),
    ],
)
def test_a_first_answer_that_is_not_of_the_service_ends_the_run(
    run: Run, service: StandIn, answer: Answer, sentence: str
) -> None:
    service.always(answer)
    result = run(f"verify {QUICK} --quiet")
    assert (result.stdout, result.exit_code) == ("", 1)
    assert sentence in result.stderr
    assert len(service.requests) == 1


def test_headers_that_are_wrong_are_refused_as_everywhere(right: str, tmp_path: Path, waits: Waits) -> None:
    result = running(right, tmp_path, waits)(f"verify {QUICK}", INGEST_HEADERS="no JSON")
    assert result.exit_code == 2
    assert "INGEST_HEADERS is not a JSON object of strings" in result.stderr
