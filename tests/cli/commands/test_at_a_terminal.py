"""Commands at a real terminal, besides their screens."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from ingestctl.client import Client
from tests.cli.serving import serving
from tests.cli.stand_in import INGESTION_ID, SILENCE, StandIn, accepted
from tests.cli.terminal import INGESTCTL, PATIENCE_SECONDS

Type = Callable[..., "pexpect.spawn[str]"]

COLOR = re.compile(r"\x1b\[[\d;]*3\d[\d;]*m")

pytestmark = [
    pytest.mark.slow,
    # Python 3.12 and later warn of every fork beside a thread; the child only goes on to start ingestctl.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


@pytest.fixture
def type_in(tmp_path: Path) -> Iterator[Type]:
    """Types a line into a shell in a terminal that has 80 columns."""
    typed: list[pexpect.spawn[str]] = []

    def type_in(url: str, line: str, **environment: str) -> "pexpect.spawn[str]":
        known = {"PATH": f"{INGESTCTL.parent}:{os.environ['PATH']}", "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        child = pexpect.spawn(
            "/bin/sh",
            ["-c", line],
            env={**known, "HOME": str(tmp_path), "INGEST_URL": url, **environment},
            cwd=str(tmp_path),
            dimensions=(24, 80),
            timeout=PATIENCE_SECONDS,
            encoding="utf-8",
        )
        typed.append(child)
        return child

    yield type_in
    for child in typed:
        child.close(force=True)


def ended(child: "pexpect.spawn[str]") -> int | None:
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def test_ids_are_read_from_the_keyboard_on_request(service: StandIn, type_in: Type) -> None:
    service.answers(accepted())
    child = type_in(service.url, "ingestctl submit -")
    child.expect_exact("Reading ids from the terminal; end with Ctrl-D.")
    child.sendline("1 2,3")
    child.sendline("7-9 # and no more")
    child.sendeof()
    child.expect_exact(INGESTION_ID)
    assert ended(child) == 0
    assert service.requests[0].body["ids"] == [1, 2, 3, 7, 8, 9]


@pytest.mark.parametrize("url", ["", " --url {}"])
def test_an_accepted_submission_prints_the_command_that_watches_it(
    service: StandIn, type_in: Type, url: str
) -> None:
    service.answers(accepted())
    there = url.format(service.url)
    child = type_in(service.url, f"ingestctl submit 1{there}")
    child.expect_exact(f"Accepted. Watch it with: ingestctl watch {INGESTION_ID}{there}\r\n")
    assert ended(child) == 0


@pytest.mark.parametrize(
    ("words", "environment", "colored"),
    [
        ("", {}, True),
        ("--no-color", {}, False),
        ("", {"NO_COLOR": "1"}, False),
        ("", {"TERM": "dumb"}, False),
    ],
)
def test_a_table_has_colors_unless_they_are_switched_off(
    tmp_path: Path, type_in: Type, words: str, environment: dict[str, str], colored: bool
) -> None:
    with serving(tmp_path) as url, Client(url) as client:
        client.pause()
        ingestion_id = client.submit([1])
        client.cancel(ingestion_id)
        child = type_in(url, f"ingestctl list {words}", **environment)
        assert ended(child) == 0
    assert ingestion_id in str(child.before)
    assert bool(COLOR.search(str(child.before))) is colored


def test_ctrl_c_before_an_answer_exits_130_and_prints_how_to_submit_the_ids_once(
    service: StandIn, type_in: Type
) -> None:
    service.answers(SILENCE)
    child = type_in(service.url, "exec ingestctl submit 1-5 --key monday")
    while not service.requests:
        child.expect(pexpect.TIMEOUT, timeout=0.05)
    child.sendintr()
    child.expect_exact("At least 0 of 5 ids are accepted. To submit the rest, and none twice, add --key monday")
    assert ended(child) == 130


def test_the_schedule_is_watched_until_ctrl_c(tmp_path: Path, type_in: Type) -> None:
    with serving(tmp_path) as url, Client(url) as client:
        client.pause()
        ingestion_id = client.submit([41, 42])
        child = type_in(url, "exec ingestctl schedule --watch")
        child.expect_exact("41, 42")
        client.cancel(ingestion_id)
        child.expect_exact("Nothing waits.")
        child.sendintr()
        assert ended(child) == 130


def test_a_large_submission_has_a_progress_bar_and_stdout_has_the_ids_alone(tmp_path: Path, type_in: Type) -> None:
    with serving(tmp_path, INGEST_MAX_IDS="12500") as url, Client(url) as client:
        client.pause()
        child = type_in(url, "ingestctl submit 1-200000 > accepted")
        child.expect_exact("Submitting ids")
        assert ended(child) == 0
        listed = [one.ingestion_id for one in client.ingestions()]
    assert len(listed) == 16
    assert Path(tmp_path, "accepted").read_text().split() == listed[::-1]


def test_quiet_leaves_out_the_progress_bar_and_the_hint(tmp_path: Path, type_in: Type) -> None:
    with serving(tmp_path) as url:
        child = type_in(url, "ingestctl submit 1-200000 --quiet > accepted")
        assert ended(child) == 0
    assert child.before == ""
