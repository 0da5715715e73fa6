import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec.structs import replace as changed
from rich.console import Console, ConsoleDimensions

from ingestctl.errors import UnreachableError
from ingestctl.models import Batch, IngestionStatus, Status
from ingestctl.render.screen import screen
from ingestctl.render.snapshot import Snapshot
from ingestctl.render.view import IngestionView, untimed
from tests.cli.timetable import view as view_of
from tests.cli.timetable import written

START = datetime(2026, 11, 22, 8, 33, 20, 408000, UTC)
NOW = datetime(2026, 11, 22, 14, 3, 26, tzinfo=timezone(timedelta(hours=5, minutes=30)))
COMPLETED, TRIGGERED, YET_TO_START, CANCELLED = (
    Status.COMPLETED,
    Status.TRIGGERED,
    Status.YET_TO_START,
    Status.CANCELLED,
)


def drawn(*views: IngestionView, width: int, height: int, outage: str = "") -> list[str]:
    snapshot = Snapshot(views, UnreachableError(outage) if outage else None)
    console = Console(file=io.StringIO(), width=width, height=height)
    with console.capture() as capture:
        console.print(screen(snapshot, ConsoleDimensions(width, height), NOW))
    return [row.rstrip() for row in capture.get().splitlines()]


def rows(*statuses: Status, width: int = 60, height: int = 20, outage: str = "") -> list[str]:
    """Return the screen of an older service's answer."""
    batches = [Batch(f"batch-{n}", (n, 1000000007), status) for n, status in enumerate(statuses, 1)]
    whole = IngestionStatus("an-id", TRIGGERED, tuple(batches))
    return drawn(untimed(whole), width=width, height=height, outage=outage)


def view(*statuses: Status, **changed: Any) -> IngestionView:
    """Return the view of batches that run every 5 seconds from 14:03:20 on."""
    return view_of(*statuses, **{"start": START, **changed})


def timed_rows(
    *statuses: Status, width: int = 82, height: int = 20, outage: str = "", **changed: Any
) -> list[str]:
    return drawn(view(*statuses, **changed), width=width, height=height, outage=outage)


def test_the_screen_shows_every_batch_and_the_progress_of_all() -> None:
    assert rows(COMPLETED, TRIGGERED, YET_TO_START) == [
        "Ingestion an-id",
        "",
        "Batch   Ids                                   Status",
        "──────────────────────────────────────────────────────────",
        "    1   1, 1000000007                         completed",
        "    2   2, 1000000007                         triggered",
        "    3   3, 1000000007                         yet to start",
        "",
        "━━━━━━━━━━━                       1 of 3 batches completed",
    ]


def test_thousands_of_batches_are_folded_around_the_running_and_the_next_ones() -> None:
    folded = rows(*[COMPLETED] * 1203, TRIGGERED, *[YET_TO_START] * 982, height=14)
    assert folded[4:-2] == [
        "    …   1,203 more                            completed",
        " 1204   1204, 1000000007                      triggered",
        " 1205   1205, 1000000007                      yet to start",
        " 1206   1206, 1000000007                      yet to start",
        " 1207   1207, 1000000007                      yet to start",
        "    …   979 more                              yet to start",
    ]


def test_the_room_goes_to_the_last_completed_batches_near_the_end() -> None:
    folded = rows(*[COMPLETED] * 98, TRIGGERED, YET_TO_START, height=15)
    assert [row.split()[0] for row in folded[4:-2]] == ["…", "95", "96", "97", "98", "99", "100"]


def test_running_batches_beyond_the_room_are_counted() -> None:
    folded = rows(*[TRIGGERED] * 20, height=13)
    assert [row.split() for row in folded[8:-2]] == [["…", "16", "more", "triggered"]]


@pytest.mark.parametrize("height", [10, 11, 16, 24, 50])
@pytest.mark.parametrize("completed", [0, 1, 8, 500, 999, 1000])
def test_the_screen_never_needs_more_rows_than_there_are(height: int, completed: int) -> None:
    statuses = ([COMPLETED] * completed + [TRIGGERED] * 5 + [YET_TO_START] * 1000)[:1000]
    assert len(rows(*statuses, height=height, outage="Gone.")) < max(height, 12)


@pytest.mark.parametrize("count", [1, 7, 8, 9, 10, 15, 16, 17, 18])
def test_batches_that_just_fit_are_not_folded(count: int) -> None:
    shown = rows(*[YET_TO_START] * count, height=24, outage="Gone.")
    assert len(shown) < 24
    assert any("…" in row for row in shown[:-1]) == (count > 16)


def test_the_ids_are_cut_on_a_narrow_screen_and_nothing_wraps() -> None:
    narrow = rows(COMPLETED, TRIGGERED, width=36, outage="Cannot reach the ingest service at all")
    assert max(map(len, narrow)) == 34
    assert narrow[4] == "    1   1, 1000000…   completed"
    assert narrow[-1] == "Reconnecting … Cannot reach the i…"


def test_an_outage_is_shown_below_the_bar() -> None:
    assert rows(TRIGGERED, outage="Gone.")[-1] == "Reconnecting … Gone."


WHY = {
    "ahead": {"HIGH": {"ingestions": 1, "batches": 3}},
    "paused_until": None,
    "next_at": written(START + timedelta(seconds=10)),
}


def test_every_batch_has_its_time_and_below_are_the_end_and_the_reasons() -> None:
    assert timed_rows(COMPLETED, TRIGGERED, YET_TO_START, why=WHY) == [
        "Ingestion 3f0c7a52-8d0e-4d2b-9f5e-6a1b5c0d9e42  MEDIUM",
        "",
        "Batch   Ids                 Status         Attempts   When",
        "─" * 80,
        "    1   1, 2, 3             completed      1          done 14:03:21",
        "    2   4, 5, 6             triggered      1          since 14:03:25",
        "    3   7, 8, 9             yet to start              at 14:03:30, in 4s",
        "",
        "━" * 18 + " " * 38 + "1 of 3 batches completed",
        "done in 5s, at 14:03:31",
        "3 HIGH batches of 1 ingestion go first; the next batch runs in 4s, at 14:03:30",
    ]


def test_a_time_that_is_not_today_has_its_date() -> None:
    tomorrow = START + timedelta(days=1)
    assert timed_rows(YET_TO_START, start=tomorrow, width=86)[4].endswith("at 2026-11-23 14:03:20, in 23h 59m")


def test_an_unknown_time_is_left_empty() -> None:
    known = view(COMPLETED, TRIGGERED, YET_TO_START, completes_at=None)
    batches = [changed(batch, started_at=None, finished_at=None, attempts=0) for batch in known.batches]
    shown = drawn(replace(known, batches=tuple(batches)), width=82, height=20)
    assert [row.split()[-1] for row in shown[4:7]] == ["completed", "triggered", "start"]
    assert len(shown) == 9


@pytest.mark.parametrize(
    ("width", "columns", "fold", "row"),
    [
        (
            78,
            "Batch Ids Status Attempts When",
            "… 27 more yet to start",
            "3 7, 8, 9 yet to start at 14:03:30, in 4s",
        ),
        (70, "Batch Ids Status Attempts When", "… 27 more yet to start", "3 7, 8, 9 yet to start at 14:03:30"),
        (60, "Batch Ids Status When", "… 27 more yet to start", "3 7, 8, 9 yet to start at 14:03:30"),
        (40, "Batch Status When", "… yet to start 27 more", "3 yet to start at 14:03:30"),
        (38, "Batch When", "… 27 more yet to start", "3 at 14:03:30"),
        (32, "Batch When", "… 27 more yet to start", "3 at 14:03:30"),
    ],
)
def test_the_time_is_the_last_column_to_go_on_a_narrow_screen(
    width: int, columns: str, fold: str, row: str
) -> None:
    shown = timed_rows(TRIGGERED, TRIGGERED, *[YET_TO_START] * 31, width=width, height=16)
    assert max(map(len, shown)) <= width - 2
    assert [" ".join(shown[n].split()) for n in (2, 6, 10)] == [columns, row, fold]


@pytest.mark.parametrize("height", [10, 11, 12, 13, 14, 16, 24, 50])
@pytest.mark.parametrize("width", [24, 40, 82])
@pytest.mark.parametrize("count", [1, 7, 14, 40, 150])
def test_a_screen_with_times_never_needs_more_rows_than_there_are(height: int, width: int, count: int) -> None:
    statuses = [COMPLETED] * count + [TRIGGERED] * 5 + [YET_TO_START] * count
    shown = timed_rows(*statuses, width=width, height=height, outage="Gone.", why=WHY)
    assert len(shown) < max(height, 12)


def test_long_ids_are_shown_whole_where_a_time_without_a_countdown_leaves_room() -> None:
    short = view(COMPLETED, YET_TO_START, start=START + timedelta(minutes=2))
    long = [changed(batch, ids=(1000000007, 1000000006, 1000000005)) for batch in short.batches]
    shown = drawn(replace(short, batches=tuple(long)), width=90, height=20)
    assert "1000000007, 1000000006, 1000000005      completed      1          done" in shown[4]
    assert shown[5].endswith("yet to start              at 14:05:25")


def test_cancelled_batches_have_no_time_and_are_counted() -> None:
    assert timed_rows(COMPLETED, TRIGGERED, CANCELLED, CANCELLED)[4:] == [
        "    1   1, 2, 3             completed      1          done 14:03:21",
        "    2   4, 5, 6             triggered      1          since 14:03:25",
        "    3   7, 8, 9             cancelled",
        "    4   10, 11, 12          cancelled",
        "",
        "━" * 13 + "╸" + " " * 42 + "1 of 4 batches completed",
        "done in 10s, at 14:03:36",
        "2 batches cancelled",
    ]


def test_thousands_of_cancelled_batches_are_folded_behind_the_last_that_ran() -> None:
    folded = timed_rows(*[COMPLETED] * 1203, TRIGGERED, *[CANCELLED] * 800, height=18)
    assert [" ".join(row.split()[:3]) for row in folded[4:-4]] == [
        "… 1,198 more",
        "1199 3595, 3596,",
        "1200 3598, 3599,",
        "1201 3601, 3602,",
        "1202 3604, 3605,",
        "1203 3607, 3608,",
        "1204 3610, 3611,",
        "… 800 more",
    ]
    assert folded[-1] == "800 batches cancelled"


def test_failed_ids_are_counted_below() -> None:
    assert timed_rows(COMPLETED, failed=1)[-1] == "1 id failed"


def test_the_pause_of_an_operator_is_shown_below() -> None:
    why: dict[str, Any] = {"ahead": {}, "paused_until": None, "next_at": None, "paused_by_operator": True}
    shown = timed_rows(YET_TO_START, completes_at=None, why=why)
    assert shown[-1] == "paused by an operator: nothing more starts until it is resumed"


def test_every_status_has_its_own_style_and_no_color_is_honoured() -> None:
    def styled(**environment: str) -> str:
        console = Console(width=82, height=20, force_terminal=True, _environ={"TERM": "xterm", **environment})
        snapshot = Snapshot((view(COMPLETED, TRIGGERED, YET_TO_START, CANCELLED),))
        with console.capture() as capture:
            console.print(screen(snapshot, ConsoleDimensions(82, 20), NOW))
        return capture.get()

    colours = {re.search(rf"\x1b\[([\d;]+)m{words}", styled())[1] for words in STATUS_WORDS}  # type: ignore[index]
    assert len(colours) == 4
    assert not re.search(r"\x1b\[[\d;]*3\dm", styled(NO_COLOR="1"))


STATUS_WORDS = ("completed", "triggered", "yet to start", "cancelled")


def several(*counts: int) -> list[IngestionView]:
    """Return ingestions that wait, with these numbers of batches."""
    return [view(*[YET_TO_START] * count, ingestion_id=f"{n}f0c7a52") for n, count in enumerate(counts)]


def test_several_ingestions_share_the_screen() -> None:
    shown = drawn(*several(2, 2), width=82, height=24)
    assert [row for row in shown if "f0c7a52" in row] == [
        "Ingestion 0f0c7a52  MEDIUM",
        "Ingestion 1f0c7a52  MEDIUM",
    ]
    assert len([row for row in shown if "yet to start" in row]) == 4
    assert shown[shown.index("Ingestion 1f0c7a52  MEDIUM") - 1] == ""


def test_rows_that_a_short_ingestion_leaves_go_to_a_long_one() -> None:
    shown = drawn(*several(1, 100), width=82, height=30)
    assert len(shown) == 28
    assert shown.index("Ingestion 1f0c7a52  MEDIUM") == 9
    assert any(row.split()[:3] == ["…", "89", "more"] for row in shown)


def test_the_empty_rows_go_first_where_rows_are_short() -> None:
    shown = drawn(*several(3, 3), width=82, height=19)
    assert len(shown) == 17
    assert shown.count("") == 1


@pytest.mark.parametrize("height", [8, 12, 16, 20, 24, 50])
@pytest.mark.parametrize("width", [24, 40, 82])
@pytest.mark.parametrize("counts", [(1, 1), (1, 150), (40, 40, 40), tuple(range(1, 30))])
def test_several_ingestions_never_need_more_rows_than_the_screen_has(
    height: int, width: int, counts: tuple[int, ...]
) -> None:
    shown = drawn(*several(*counts), width=width, height=height, outage="Gone.")
    assert len(shown) < height
    assert max(map(len, shown)) <= width - 2


def test_several_ingestions_that_do_not_fit_as_tables_have_one_row_each() -> None:
    shown = drawn(*several(1, 2, 3), width=82, height=16)
    assert [row.split()[0] for row in shown] == ["0f0c7a52", "1f0c7a52", "2f0c7a52"]
