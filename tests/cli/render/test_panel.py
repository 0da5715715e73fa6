from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace as changed

from ingestctl.models import Status
from tests.cli.render.screens import CANCELLED, COMPLETED, START, TRIGGERED, YET_TO_START, drawn, view
from tests.cli.timetable import written


def timed_rows(
    *statuses: Status, width: int = 82, height: int = 20, outage: str = "", **changed: Any
) -> list[str]:
    return drawn(view(*statuses, **changed), width=width, height=height, outage=outage)


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
