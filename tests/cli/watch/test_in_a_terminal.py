import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.stand_in import HANG_UP, INGESTION_ID, StandIn, accepted, progress
from tests.cli.terminal import NOON_ZONE, Terminal
from tests.cli.timetable import timetable, written

Open = Callable[..., Terminal]


def anytime_today() -> datetime:
    """The expected time of the first batch: in half an hour."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=29, seconds=45)


def clock(start: datetime, seconds: int) -> str:
    """The time some seconds after the start, as the terminal shows it."""
    return f"{(start + timedelta(seconds=seconds)).astimezone(NOON_ZONE):%H:%M:%S}"


AT_REST = {"Retry-After": "10"}

pytestmark = [
    pytest.mark.slow,
    # Python 3.12 and later warn of every fork beside a thread; the child only goes on to start ingestctl.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


@pytest.fixture
def terminal(service: StandIn) -> Iterator[Open]:
    opened: list[Terminal] = []

    def open_terminal(*words: str, columns: int = 80, rows: int = 24) -> Terminal:
        opened.append(Terminal(service.url, *words, columns=columns, rows=rows))
        return opened[-1]

    yield open_terminal
    for terminal in opened:
        terminal.close()


def test_watch_draws_three_batches_through_all_statuses(terminal: Open, service: StandIn) -> None:
    service.answers(progress("yet_to_start", "yet_to_start", "yet_to_start"))
    screen = terminal("watch", INGESTION_ID)
    screen.read_until("0 of 3 batches completed")
    assert not screen.cursor_is_visible
    service.answers(progress("completed", "triggered", "yet_to_start"))
    screen.read_until("1 of 3 batches completed")
    assert screen.rows[:9] == [
        f"Ingestion {INGESTION_ID}",
        "",
        "Batch   Ids                                                 Status",
        "─" * 72,
        "    1   1, 2, 3                                             completed",
        "    2   4, 5, 6                                             triggered",
        "    3   7, 8, 9                                             yet to start",
        "",
        "━" * 15 + "╸" + "━" * 31 + " 1 of 3 batches completed",
    ]
    service.answers(progress("completed", "completed", "completed"))
    assert screen.read_to_the_end() == 0
    assert screen.cursor_is_visible
    assert [row.split()[-1] for row in screen.rows[4:7]] == ["completed"] * 3
    assert screen.rows[8:] == ["━" * 47 + " 3 of 3 batches completed", "3 of 3 batches completed", *[""] * 14]


def test_watch_draws_the_time_of_every_batch_and_of_the_end(terminal: Open, service: StandIn) -> None:
    start = anytime_today()
    why = {
        "ahead": {"HIGH": {"ingestions": 1, "batches": 3}},
        "paused_until": None,
        "next_at": written(start + timedelta(seconds=10)),
    }
    service.timetables(timetable("completed", "triggered", "yet_to_start", start=start, why=why))
    screen = terminal("watch", INGESTION_ID)
    screen.read_until("batches of 1 ingestion go first; the next batch runs in")
    assert re.sub(r"in \d+m \d\ds", "in some time", screen.text).splitlines()[2:] == [
        "Batch   Ids               Status         Attempts   When",
        "─" * 78,
        f"    1   1, 2, 3           completed      1          done {clock(start, 1)}",
        f"    2   4, 5, 6           triggered      1          since {clock(start, 5)}",
        f"    3   7, 8, 9           yet to start              at {clock(start, 10)}, in some time",
        "",
        "━" * 17 + "╸" + "━" * 35 + " 1 of 3 batches completed",
        f"done in some time, at {clock(start, 11)}",
        "3 HIGH batches of 1 ingestion go first; the next batch runs in some time, at",
        clock(start, 10),
        *[""] * 11,
    ]
    service.timetables(timetable("completed", "completed", "completed", start=start))
    assert screen.read_to_the_end() == 0
    assert [row.split()[-4:] for row in screen.rows[4:7]] == [
        ["completed", "1", "done", clock(start, 5 * number + 1)] for number in range(3)
    ]
    assert screen.rows[9:] == [f"done at {clock(start, 11)}", "3 of 3 batches completed in 11s", *[""] * 13]


def test_watch_counts_down_without_asking_the_service(terminal: Open, service: StandIn) -> None:
    headers = {"Retry-After": "60"}
    service.timetables(timetable("triggered", "yet_to_start", start=anytime_today(), headers=headers))
    screen = terminal("watch", INGESTION_ID)
    for _ in range(3):
        left = screen.read_until_match(r"done in \d+m \d\ds")[0]
        screen.read_until_match(rf"(?!{left})done in \d+m \d\ds")
    assert service.paths().count("/ingestions/id") == 1
    screen.press_ctrl_c()
    assert screen.read_to_the_end() == 130
    assert screen.text.count("done in") == screen.text.count("Batch") == 1


def test_watch_fetches_only_the_batches_around_the_next_one(terminal: Open, service: StandIn) -> None:
    rest = [*["completed"] * 1203, "triggered", *["yet_to_start"] * 980]
    service.timetables(timetable(*rest, start=anytime_today()))
    screen = terminal("watch", INGESTION_ID, rows=16)
    screen.read_until("1,203 of 2,184 batches completed")
    assert [row.split()[0] for row in screen.rows[4:9]] == ["…", "1204", "1205", "1206", "1207"]
    assert [path for path in service.paths() if "batches" in path] == [
        "/ingestions/id/batches?limit=200&after=1103"
    ]


def test_ctrl_c_leaves_a_clean_terminal_and_prints_that_the_ingestion_goes_on(
    terminal: Open, service: StandIn
) -> None:
    service.answers(progress("triggered", headers=AT_REST))
    screen = terminal("watch", INGESTION_ID, columns=120)
    screen.read_until("0 of 1 batch completed")
    screen.press_ctrl_c()
    assert screen.read_to_the_end() == 130
    assert screen.cursor_is_visible
    assert screen.rows[7:] == [
        f"The ingestion goes on; watch it again with: ingestctl watch {INGESTION_ID}",
        *[""] * 16,
    ]


def test_the_command_to_watch_again_has_the_address_of_another_service(terminal: Open, service: StandIn) -> None:
    service.answers(progress("triggered", headers=AT_REST))
    screen = terminal("--url", f"{service.url}/", "watch", INGESTION_ID, columns=140)
    screen.read_until("0 of 1 batch completed")
    screen.press_ctrl_c()
    assert screen.read_to_the_end() == 130
    assert f"ingestctl watch {INGESTION_ID} --url {service.url}/" in screen.text


def test_ctrl_c_on_a_narrow_terminal_leaves_one_table(terminal: Open, service: StandIn) -> None:
    service.answers(progress(*["completed"] * 30, "triggered", headers=AT_REST))
    screen = terminal("watch", INGESTION_ID, columns=40, rows=16)
    screen.read_until("30 of 31 batches completed")
    screen.press_ctrl_c()
    assert screen.read_to_the_end() == 130
    assert screen.text.count("Batch") == 1
    assert screen.text.count("batches completed") == 1


def test_thousands_of_batches_fit_the_screen(terminal: Open, service: StandIn) -> None:
    service.answers(progress(*["completed"] * 1203, "triggered", *["yet_to_start"] * 980))
    screen = terminal("watch", INGESTION_ID, rows=16)
    screen.read_until("1,203 of 2,184 batches completed")
    service.answers(progress(*["completed"] * 1204, "triggered", *["yet_to_start"] * 979))
    screen.read_until("1,204 of 2,184 batches completed")
    assert screen.rows[0] == f"Ingestion {INGESTION_ID}"
    assert [row.split()[0] for row in screen.rows[4:12]] == [
        *("…", "1205", "1206", "1207", "1208", "1209", "1210", "…")
    ]


def test_a_restart_of_the_service_shows_as_reconnecting(terminal: Open, service: StandIn) -> None:
    service.answers(progress("triggered"))
    screen = terminal("watch", INGESTION_ID)
    screen.read_until("0 of 1 batch completed")
    service.answers(HANG_UP)
    screen.read_until("Reconnecting … Cannot reach the ingest service")
    service.answers(progress("completed"))
    assert screen.read_to_the_end() == 0
    assert "Reconnecting" not in screen.text
    assert "1 of 1 batch completed" in screen.text


def test_a_first_request_that_fails_draws_nothing(terminal: Open, service: StandIn) -> None:
    service.answers(HANG_UP)
    screen = terminal("watch", INGESTION_ID)
    assert screen.read_to_the_end() == 3
    assert screen.cursor_is_visible
    assert screen.rows[0].startswith("Error: Cannot reach the ingest service")


def test_status_draws_the_table_once(terminal: Open, service: StandIn) -> None:
    service.answers(progress("completed", "yet_to_start"))
    screen = terminal("status", INGESTION_ID)
    assert screen.read_to_the_end() == 0
    assert screen.rows[4].split() == ["1", "1,", "2,", "3", "completed"]
    assert screen.rows[7].endswith(" 1 of 2 batches completed")
    assert service.paths() == ["/ingestions/id", "/status/id"]


def test_status_draws_the_times_too(terminal: Open, service: StandIn) -> None:
    start = anytime_today()
    service.timetables(timetable("completed", "yet_to_start", start=start))
    screen = terminal("status", INGESTION_ID)
    assert screen.read_to_the_end() == 0
    assert screen.rows[4].endswith(f"completed      1          done {clock(start, 1)}")
    assert f"yet to start              at {clock(start, 5)}, in 2" in screen.rows[5]
    assert screen.rows[8].startswith("done in 2")
    assert screen.rows[9:] == [""] * 15


def test_submit_prints_on_a_terminal_the_command_that_watches(terminal: Open, service: StandIn) -> None:
    service.answers(accepted())
    screen = terminal("submit", "1")
    assert screen.read_to_the_end() == 0
    assert screen.rows[:2] == [INGESTION_ID, f"Accepted. Watch it with: ingestctl watch {INGESTION_ID}"]
