"""The live screens in a real terminal, with the real service."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ingestctl.client import Client
from ingestctl.models import Priority
from tests.cli.serving import serving
from tests.cli.terminal import Terminal

Open = Callable[..., Terminal]


pytestmark = [
    pytest.mark.slow,
    # Python 3.12 and later warn of every fork beside a thread; the child only goes on to start ingestctl.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


@pytest.fixture
def terminal() -> Iterator[Open]:
    with ExitStack() as opened:

        def open_terminal(url: str, *words: str, **window: Any) -> Terminal:
            terminal = Terminal(url, *words, **window)
            opened.callback(terminal.close)
            return terminal

        yield open_terminal


def walking(folder: Path, port: int = 0) -> AbstractContextManager[str]:
    """A service slow enough to see every status."""
    return serving(folder, port, INGEST_INTERVAL_SECONDS="2.5", INGEST_SIMULATED_DELAY_SECONDS="1.5")


def resting(folder: Path, port: int = 0) -> AbstractContextManager[str]:
    """A service that opens one slot and then none for an hour."""
    return serving(folder, port, INGEST_INTERVAL_SECONDS="3600")


def submit(url: str, count: int, priority: Priority = Priority.MEDIUM) -> str:
    with Client(url) as client:
        return client.submit(range(1, count + 1), priority)


def statuses(screen: Terminal) -> list[str]:
    """The statuses of the batches, from the first to the last."""
    return re.findall(r"^ +\d+ +[\d, ]+? +(completed|triggered|yet to start|cancelled)", screen.text, re.MULTILINE)


def shows(screen: Terminal, expected: list[str]) -> bool:
    return statuses(screen) == expected


def test_three_batches_go_through_all_statuses(terminal: Open, tmp_path: Path) -> None:
    with walking(tmp_path) as url:
        screen = terminal(url, "watch", submit(url, 9))
        for expected in (
            ["triggered", "yet to start", "yet to start"],
            ["completed", "yet to start", "yet to start"],
            ["completed", "triggered", "yet to start"],
            ["completed", "completed", "triggered"],
        ):
            screen.read_until_true(partial(shows, screen, expected))
        assert screen.read_to_the_end() == 0
    assert statuses(screen) == ["completed"] * 3
    assert re.search(r"^3 of 3 batches completed in [67]s$", screen.text, re.MULTILINE)
    assert screen.cursor_is_visible


def test_the_countdown_ticks_and_the_reason_to_wait_is_shown(terminal: Open, tmp_path: Path) -> None:
    with resting(tmp_path) as url:
        submit(url, 3, Priority.HIGH)
        submit(url, 3, Priority.HIGH)
        screen = terminal(url, "watch", submit(url, 3, Priority.LOW))
        screen.read_until("1 HIGH batch of 1 ingestion goes first; the next batch runs in 1h 59m")
        # The end is a moment behind the start of the batch, so it may tick a second later.
        screen.read_until("done in 1h 59m, at ")
        screen.press_ctrl_c()
        assert screen.read_to_the_end() == 130


def test_ctrl_c_leaves_the_table_and_the_cursor(terminal: Open, tmp_path: Path) -> None:
    with resting(tmp_path) as url:
        ingestion_id = submit(url, 9)
        screen = terminal(url, "watch", ingestion_id)
        screen.read_until("1 of 3 batches completed")
        screen.press_ctrl_c()
        assert screen.read_to_the_end() == 130
    assert screen.cursor_is_visible
    assert screen.text.count("Batch   Ids") == 1
    assert "The ingestion goes on; watch it again with: ingestctl watch" in screen.text


def test_sigterm_leaves_the_cursor(terminal: Open, tmp_path: Path) -> None:
    with resting(tmp_path) as url:
        screen = terminal(url, "watch", submit(url, 9))
        screen.read_until("1 of 3 batches completed")
        assert not screen.cursor_is_visible
        screen.terminate()
        assert screen.read_to_the_end() == 143
    assert screen.cursor_is_visible


def drawn_anew(screen: Terminal, ingestion_id: str, columns: int) -> bool:
    """Return whether there is one screen in the right width: one that was drawn before has another width."""
    lines = {len(row) for row in screen.rows if row.startswith("─")}
    return screen.text.count(ingestion_id[:8]) == 1 and lines <= {min(columns - 2, 98)}


@pytest.mark.parametrize(("columns", "rows"), [(40, 24), (80, 14), (200, 50), (30, 9)])
def test_a_window_of_another_size_shows_one_screen_that_fits(
    terminal: Open, tmp_path: Path, columns: int, rows: int
) -> None:
    with resting(tmp_path) as url:
        ingestion_id = submit(url, 90)
        screen = terminal(url, "watch", ingestion_id)
        screen.read_until("1 of 30 batches completed")
        screen.resize(columns, rows)
        screen.read_until_true(lambda: drawn_anew(screen, ingestion_id, columns))
        assert max(map(len, screen.rows)) <= columns - 2
        screen.press_ctrl_c()
        assert screen.read_to_the_end() == 130


def test_a_restart_of_the_service_is_shown_and_survived(terminal: Open, tmp_path: Path) -> None:
    with walking(tmp_path) as url:
        screen = terminal(url, "watch", submit(url, 9))
        screen.read_until_true(lambda: statuses(screen)[:1] == ["completed"])
    screen.read_until("Reconnecting … Cannot reach the ingest service")
    with walking(tmp_path, urlsplit(url).port or 0):
        assert screen.read_to_the_end() == 0
    assert "Reconnecting" not in screen.text
    assert statuses(screen) == ["completed"] * 3


def test_a_cancellation_ends_the_watching_with_1(terminal: Open, tmp_path: Path) -> None:
    with walking(tmp_path) as url, Client(url) as client:
        ingestion_id = submit(url, 30)
        screen = terminal(url, "watch", ingestion_id)
        screen.read_until("1 of 10 batches completed")
        client.pause()
        screen.read_until("paused by an operator: nothing more starts until it is resumed")
        client.cancel(ingestion_id)
        assert screen.read_to_the_end() == 1
    # On a busy machine another slot opened before the pause.
    completed = statuses(screen).count("completed")
    cancelled = 10 - completed
    assert completed < 10
    assert statuses(screen) == ["completed"] * completed + ["cancelled"] * cancelled
    ends = f"{completed} of 10 batches completed, {cancelled} batches cancelled"
    assert ends in re.sub(" in [^,]*,", ",", screen.text)


@pytest.mark.parametrize(
    ("environment", "colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)]
)
def test_no_color_is_honoured(terminal: Open, tmp_path: Path, environment: dict[str, str], colored: bool) -> None:
    with resting(tmp_path) as url:
        screen = terminal(url, "watch", submit(url, 9), **environment)
        screen.read_until("1 of 3 batches completed")
        assert (screen.colors != {"default"}) == colored
        screen.press_ctrl_c()
        assert screen.read_to_the_end() == 130


def test_a_dumb_terminal_gets_lines(terminal: Open, tmp_path: Path) -> None:
    with serving(tmp_path) as url:
        screen = terminal(url, "watch", submit(url, 3), TERM="dumb")
        assert screen.read_to_the_end() == 0
    assert "batch 1  [1, 2, 3]  completed" in screen.rows
    assert screen.text.rstrip().splitlines()[-1].startswith("1 of 1 batch completed in ")


def test_a_timeout_leaves_the_table_and_prints_that_the_ingestion_goes_on(terminal: Open, tmp_path: Path) -> None:
    with resting(tmp_path) as url:
        screen = terminal(url, "watch", "--timeout", "1.5", submit(url, 9))
        assert screen.read_to_the_end() == 5
    assert statuses(screen) == ["completed", "yet to start", "yet to start"]
    assert "Error: Not completed within 1.5 s; what was submitted goes on." in screen.text
    assert screen.cursor_is_visible


def test_several_ingestions_have_a_panel_each_and_one_ending(terminal: Open, tmp_path: Path) -> None:
    with serving(tmp_path, INGEST_INTERVAL_SECONDS="1") as url:
        first, second = submit(url, 4), submit(url, 3)
        screen = terminal(url, "watch", first, second, rows=40)
        screen.read_until(f"Ingestion {second}")
        assert f"Ingestion {first}" in screen.text
        assert screen.read_to_the_end() == 0
    assert re.search(r"^2 ingestions: 3 of 3 batches completed in \ds$", screen.text, re.MULTILINE)


def test_compact_is_a_row_for_each_ingestion(terminal: Open, tmp_path: Path) -> None:
    with serving(tmp_path, INGEST_INTERVAL_SECONDS="1") as url:
        ids = [submit(url, 4), submit(url, 3)]
        screen = terminal(url, "watch", "--compact", *ids)
        assert screen.read_to_the_end() == 0
    assert [row[:36] for row in screen.rows[:2]] == ids
    assert re.fullmatch(r"\S+ ━+ 2/2 done at \d\d:\d\d:\d\d", screen.rows[0])


def test_the_board_moves_on_with_every_slot_until_ctrl_c(terminal: Open, tmp_path: Path) -> None:
    with serving(tmp_path, INGEST_INTERVAL_SECONDS="1.5") as url:
        ingestion_id = submit(url, 12)
        screen = terminal(url, "schedule", "--watch", columns=100)
        screen.read_until("10, 11, 12")
        assert screen.rows[0].split() == ["Opens", "In", "Ids", "Ingestion", "Priority"]
        screen.read_until_true(lambda: len(re.findall(ingestion_id, screen.text)) == 1)
        screen.read_until("Nothing waits.")
        submit(url, 30, Priority.HIGH)
        screen.read_until("HIGH")
        screen.press_ctrl_c()
        assert screen.read_to_the_end() == 130
    assert screen.cursor_is_visible
    assert screen.text.count("Opens") <= 1


def test_the_board_shows_a_pause_and_a_restart(terminal: Open, tmp_path: Path) -> None:
    with resting(tmp_path) as url, Client(url) as client:
        submit(url, 9)
        screen = terminal(url, "schedule", "--watch", "--slots", "1")
        screen.read_until("4, 5, 6")
        client.pause()
        screen.read_until("Paused by an operator. When it is resumed, this is the order:")
        client.resume()
        screen.read_until("in 59m")
    screen.read_until("Reconnecting … Cannot reach the ingest service")
    with resting(tmp_path, urlsplit(url).port or 0):
        screen.read_until_true(lambda: "Reconnecting" not in screen.text)
    screen.press_ctrl_c()
    assert screen.read_to_the_end() == 130
