"""All checks of the self-test together, and what is printed of them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from ingest_service.commands import ingest_service
from ingest_service.selftest.errors import SelftestFailed
from ingest_service.selftest.report import table, to_json
from ingest_service.selftest.suite import has_failed, run
from ingest_service.selftest.verdict import Finding, State, Verdict

GOOD = Finding(State.PASSED, "all is well", {"calls": 45})
BAD = Finding(State.FAILED, "4 calls came in one interval")


def good(_: Path) -> Finding:
    return GOOD


def cannot_go_on(_: Path) -> Finding:
    raise SelftestFailed("the service did not start: no room")


def has_no_disk(_: Path) -> Finding:
    raise OSError(28, "No space left on device")


def test_each_check_has_a_folder_of_its_own(tmp_path: Path) -> None:
    asked: list[Path] = []

    def note(folder: Path) -> Finding:
        asked.append(folder)
        return GOOD

    assert list(run(tmp_path, {"rate": note, "full disk": note})) == [
        Verdict("rate", GOOD),
        Verdict("full disk", GOOD),
    ]
    assert asked == [tmp_path / "rate", tmp_path / "full-disk"]


def test_a_check_that_cannot_go_on_has_failed_and_the_others_are_made(tmp_path: Path) -> None:
    verdicts = list(run(tmp_path, {"rate": cannot_go_on, "disk": has_no_disk, "order": good}))
    states = [verdict.finding.state for verdict in verdicts]
    assert states == [State.FAILED, State.FAILED, State.PASSED]
    assert verdicts[0].finding.sentence == "the service did not start: no room"
    assert "No space left on device" in verdicts[1].finding.sentence


def test_only_a_failed_check_is_a_failure() -> None:
    skipped = Verdict("full disk", Finding(State.SKIPPED, "only on Linux"))
    assert not has_failed([Verdict("rate", GOOD), skipped])
    assert has_failed([Verdict("rate", GOOD), Verdict("crash", BAD)])


def test_the_table_has_a_plain_verdict_and_the_figures() -> None:
    console = Console(width=100)
    with console.capture() as drawn:
        console.print(table([Verdict("rate", GOOD), Verdict("crash", BAD)]))
    for text in ("rate", "passed", "all is well", "calls: 45", "crash", "failed", "4 calls came in one interval"):
        assert text in drawn.get()


def test_the_json_has_the_same() -> None:
    (check,) = json.loads(to_json([Verdict("rate", GOOD)]))["checks"]
    assert check == {"check": "rate", "verdict": "passed", "found": "all is well", "figures": {"calls": 45}}


@pytest.mark.parametrize("folder", ["nowhere", "file"])
def test_a_folder_that_is_none_is_wrong_usage(folder: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused = CliRunner().invoke(ingest_service, ["selftest", "--folder", str(tmp_path / folder)])
    assert refused.exit_code == 2
    assert "--folder" in refused.stderr
