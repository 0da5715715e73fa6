"""Characters of the service and its upstream that would control a terminal, or that stdout cannot show."""

import ast
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console, ConsoleDimensions

import ingestctl
from ingestctl.client import Client
from ingestctl.commands.context import CliContext
from ingestctl.errors import UnreachableError
from ingestctl.main import ingestctl as program
from ingestctl.models import Schedule
from ingestctl.printable import printable
from ingestctl.render.departure_board import departure_board
from ingestctl.render.row_table import draw
from ingestctl.render.rows import Rows
from ingestctl.render.screen import compact_screen, screen
from ingestctl.render.snapshot import Snapshot
from tests.cli.conftest import Run
from tests.cli.render.screens import NOW
from tests.cli.stand_in import INGESTION_ID, Answer, StandIn
from tests.cli.timetable import START, timetable, view, written

EVIL = "a\x1b[31mb\x9b2Jc\x9d0;d\x07e\x7ff\u202eg\u2066h\u061ci\ud800j\u2028k\x00l\rm\nn\to[red]p[/q]r"
"""Escape, CSI and OSC of C1, bell, DEL, overrides of direction, a lone surrogate, ends of line, markup of rich."""
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u2028\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

PRINTING = {"main.py", "output.py", "completion.py", "sources.py", "printing.py"}
"""Modules that may use click.echo: what they print has no text of the service, or is escaped there."""


def assert_harmless(text: str, lines: int | None = None) -> None:
    assert not CONTROL.search(text), text
    assert lines is None or len(text.splitlines()) == lines, text


def result_of(error: str | None = None, **changed: Any) -> dict[str, Any]:
    return (
        {"id": 7, "error": error, "attempts": 1, "last_status": 500, **changed} if error else {"id": 7, **changed}
    )


def test_control_characters_become_escapes_of_json_and_letters_stay() -> None:
    assert printable("a\x1b\x9b\x7f\n\u202e\ud800z") == r"a\u001b\u009b\u007f\u000a\u202e\ud800z"
    assert printable("é 漢 🎉 … [x]") == "é 漢 🎉 … [x]"
    assert_harmless(printable(EVIL), lines=1)


@pytest.mark.parametrize("value", [result_of(error=EVIL), result_of(result={"text": EVIL, EVIL: [EVIL]})])
@pytest.mark.parametrize("form", ["table", "json", "jsonl"])
def test_results_are_harmless(run: Run, service: StandIn, form: str, value: dict[str, Any]) -> None:
    service.always(Answer(body={"ingestion_id": INGESTION_ID, "results": [value], "next_after": None}))
    result = run(f"results {INGESTION_ID} -o {form}")
    assert (result.exit_code, result.stderr) == (0, "")
    assert_harmless(result.stdout, lines=3 if form == "json" else 1)
    if form != "table":
        [found] = json.loads(result.stdout) if form == "json" else [json.loads(result.stdout)]
        assert found == value, "the escapes are those of JSON"


@pytest.mark.parametrize("form", ["table", "json"])
def test_reasons_are_harmless(run: Run, service: StandIn, form: str) -> None:
    slips = [
        {"at": written(START), "slots": 1, "seconds": 5.0, "text": EVIL, "cause": cause} for cause in (EVIL, None)
    ]
    service.timetables(timetable("yet_to_start", slips=slips, ingestion_id=EVIL))
    result = run(f"why {INGESTION_ID} -o {form}")
    assert result.exit_code == 0
    assert_harmless(result.stdout, lines=5 if form == "table" else 1)


def test_ids_and_states_are_harmless(run: Run, service: StandIn) -> None:
    dispatcher: dict[str, Any] = {
        "state": EVIL,
        "paused_at": None,
        "upstream_paused_until": None,
        "probing": False,
        "next_slot_at": None,
        "backlog": {},
    }
    service.answers(Answer(body={"status": EVIL, "version": EVIL} | dispatcher))
    for words in ("health", "pause", "--version"):
        assert_harmless(run(words).stdout)
    service.answers(Answer(body={"ingestion_id": EVIL}))
    for form in ("id", "table", "json"):
        assert_harmless(run(f"submit 1 -o {form}").stdout)


@pytest.mark.parametrize("command", ["submit 1", f"status {INGESTION_ID} -o json", "schedule"])
@pytest.mark.parametrize("status", [400, 404, 409, 413, 500, 503])
def test_errors_are_harmless(run: Run, service: StandIn, status: int, command: str) -> None:
    service.always(Answer(status, {"error": EVIL, "details": {EVIL: [EVIL]}}))
    result = run(f"{command} --debug")
    assert result.exit_code in (1, 4)
    assert_harmless(result.stderr)
    assert_harmless(run(command).stderr.splitlines()[-1], lines=1)


def test_every_error_is_one_harmless_line() -> None:
    assert_harmless(str(UnreachableError(EVIL)), lines=1)


def test_a_redirect_is_harmless(run: Run, service: StandIn) -> None:
    service.answers(Answer(301, headers={"Location": "http://x/\x1b[31m\x9b\x7f"}))
    assert_harmless(run("submit 1").stderr, lines=1)


@pytest.mark.parametrize("width", [40, 60, 120])
def test_screens_are_harmless_and_no_markup(width: int) -> None:
    slips = [{"at": written(START), "slots": 1, "seconds": 5.0, "text": EVIL, "cause": EVIL}]
    shown = view("triggered", "yet_to_start", ingestion_id=EVIL, slips=slips)
    batch = {"batch_id": EVIL, "ingestion_id": EVIL, "priority": "LOW", "ids": [1]}
    board = Schedule.parse({"slots": [{"opens_at": written(START), "ids": [1], "batches": [batch]}]})
    snapshot, size = Snapshot((shown,), UnreachableError(EVIL)), ConsoleDimensions(width, 40)
    console = Console(file=io.StringIO(), width=width, color_system=None)
    with console.capture() as capture:
        console.print(screen(snapshot, size, NOW))
        console.print(compact_screen(snapshot, size, NOW))
        console.print(departure_board(board, width, NOW))
    assert_harmless(capture.get())


def test_a_drawn_table_is_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    draw(Rows(("Ingestion", "Because"), [("\x9b[red]x", "[/q]\x1b")]).escaped())
    printed = capsys.readouterr().out
    assert_harmless(printed)
    assert printed.splitlines()[-1].split() == [r"\u009b[red]x", r"[/q]\u001b"]


@pytest.mark.parametrize("charset", ["cp1252", "latin-1", "ascii", "utf-8"])
@pytest.mark.parametrize("form", ["table", "json", "jsonl"])
def test_json_loses_no_character_where_stdout_has_another_encoding(
    service: StandIn, charset: str, form: str
) -> None:
    value = result_of(result={"text": "é 漢 🎉 ż", "ż": 1})
    page = {"ingestion_id": INGESTION_ID, "results": [value], "next_after": None}
    service.always(Answer(body=json.dumps(page, ensure_ascii=False).encode()))
    runner = CliRunner(charset=charset, env={"INGEST_URL": service.url})
    result = runner.invoke(program, ["results", INGESTION_ID, "-o", form], obj=CliContext())
    printed = result.stdout_bytes.decode(charset)
    if form == "table":
        assert json.loads(printed.split(maxsplit=1)[1]) == value["result"]
    else:
        assert (json.loads(printed) if form == "json" else [json.loads(printed)]) == [value]
    assert ("漢" in printed) is (charset == "utf-8")


def test_no_other_module_prints_by_itself() -> None:
    root = Path(ingestctl.__file__).parent
    calls = {
        path.name
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "echo"
    }
    assert calls == PRINTING


def test_the_client_returns_texts_as_they_are(client: Client, service: StandIn) -> None:
    service.answers(Answer(body={"status": EVIL}))
    assert client.health().status == EVIL
