from collections.abc import Callable, Iterator

import pytest

from tests.cli.stand_in import HANG_UP, INGESTION_ID, StandIn, accepted, progress
from tests.cli.terminal import Terminal

Open = Callable[..., Terminal]

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
    assert screen.rows[8:] == ["━" * 47 + " 3 of 3 batches completed", *[""] * 15]


def test_ctrl_c_leaves_a_clean_terminal_and_says_that_the_ingestion_goes_on(
    terminal: Open, service: StandIn
) -> None:
    service.answers(progress("triggered", headers=AT_REST))
    screen = terminal("watch", INGESTION_ID, columns=120)
    screen.read_until("0 of 1 batches completed")
    screen.press_ctrl_c()
    assert screen.read_to_the_end() == 130
    assert screen.cursor_is_visible
    assert screen.rows[7:] == [
        f"The ingestion goes on; watch it again with: ingestctl watch {INGESTION_ID}",
        *[""] * 16,
    ]


def test_the_way_back_to_another_service_names_its_address(terminal: Open, service: StandIn) -> None:
    service.answers(progress("triggered", headers=AT_REST))
    screen = terminal("--url", f"{service.url}/", "watch", INGESTION_ID, columns=140)
    screen.read_until("0 of 1 batches completed")
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
    assert [row.split()[0] for row in screen.rows[4:11]] == ["…", "1205", "1206", "1207", "1208", "1209", "…"]


def test_a_restart_of_the_service_shows_as_reconnecting(terminal: Open, service: StandIn) -> None:
    service.answers(progress("triggered"))
    screen = terminal("watch", INGESTION_ID)
    screen.read_until("0 of 1 batches completed")
    service.answers(HANG_UP)
    screen.read_until("Reconnecting … Cannot reach the ingest service")
    service.answers(progress("completed"))
    assert screen.read_to_the_end() == 0
    assert "Reconnecting" not in screen.text
    assert "1 of 1 batches completed" in screen.text


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
    assert len(service.questions) == 1


def test_submit_says_on_a_terminal_how_to_go_on(terminal: Open, service: StandIn) -> None:
    service.answers(accepted())
    screen = terminal("submit", "1")
    assert screen.read_to_the_end() == 0
    assert screen.rows[:2] == [INGESTION_ID, f"Accepted. Watch it with: ingestctl watch {INGESTION_ID}"]
