import io
from datetime import timedelta

import pytest
from rich.console import Console, ConsoleDimensions

from ingestctl.errors import UnreachableError
from ingestctl.models import Batch, IngestionStatus, Status
from ingestctl.render.screen import compact_screen
from ingestctl.render.snapshot import Snapshot
from ingestctl.render.view import IngestionView, untimed
from tests.cli.stand_in import INGESTION_ID
from tests.cli.timetable import START, view

NOW = START + timedelta(seconds=6)
SHORT_ID = INGESTION_ID[:8]


@pytest.fixture
def zone() -> str:
    return "UTC0"


def drawn(*views: IngestionView, width: int = 82, height: int = 24, outage: str = "") -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=height)
    snapshot = Snapshot(views, UnreachableError(outage) if outage else None)
    with console.capture() as capture:
        console.print(compact_screen(snapshot, ConsoleDimensions(width, height), NOW))
    return [row.rstrip() for row in capture.get().splitlines()]


def test_an_ingestion_is_one_row_with_its_id_its_bar_its_count_and_its_end() -> None:
    assert drawn(view("completed", "triggered", "yet_to_start"), view("completed")) == [
        f"{INGESTION_ID} " + "━" * 7 + " " * 15 + " 1/3 done in 5s",
        f"{INGESTION_ID} " + "━" * 22 + " 1/1 done at 00:50:41",
    ]


def test_an_ingestion_is_two_rows_on_a_narrow_screen() -> None:
    assert drawn(view("completed", "triggered"), view("yet_to_start"), width=40) == [
        INGESTION_ID,
        "━" * 12 + "╸" + " " * 12 + " 1/2 done now",
        INGESTION_ID,
        " " * 25 + " 0/1 done now",
    ]


def test_the_id_is_short_on_a_narrow_screen_with_few_rows() -> None:
    shown = drawn(*[view("triggered")] * 10, width=40, height=14)
    assert [row.split()[0] for row in shown] == [SHORT_ID] * 10


def test_running_ingestions_are_shown_first_and_the_rest_is_counted() -> None:
    done, waits, runs = (view(status) for status in ("completed", "yet_to_start", "triggered"))
    shown = drawn(*[done] * 4, *[waits] * 3, runs, height=6)
    assert [" ".join(row.split()[-3:]) for row in shown[:-1]] == ["0/1 done now", "0/1 done now", "0/1 done now"]
    assert shown[-1] == "… 5 more: 4 completed, 1 yet to start"


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (view("completed", "cancelled"), "1/2, 1 cancelled cancelled"),
        (view("triggered", failed=2), "0/1, 2 ids failed done now"),
        (view("yet_to_start", completes_at=None), "0/1 yet to start"),
        (
            view(
                "yet_to_start",
                why={"ahead": {}, "paused_until": None, "next_at": None, "paused_by_operator": True},
            ),
            "0/1 paused",
        ),
        (
            untimed(IngestionStatus("an id", Status.TRIGGERED, (Batch("b", (1,), Status.TRIGGERED),))),
            "0/1 triggered",
        ),
    ],
)
def test_a_row_ends_with_the_expected_end_of_the_ingestion(shown: IngestionView, words: str) -> None:
    assert drawn(shown)[0].endswith(words)


def test_an_outage_is_shown_below_the_rows() -> None:
    assert drawn(view("triggered"), outage="Gone.")[-1] == "Reconnecting … Gone."


@pytest.mark.parametrize("width", [10, 24, 40, 72, 200])
@pytest.mark.parametrize("height", [3, 6, 24])
@pytest.mark.parametrize("count", [1, 2, 10, 100])
def test_the_compact_screen_never_needs_more_room_than_there_is(width: int, height: int, count: int) -> None:
    mishaps = view(*["completed"] * 1200, *["cancelled"] * 1200, failed=7)
    shown = drawn(*[mishaps] * count, width=width, height=height, outage="Gone.")
    assert len(shown) <= height
    assert max(map(len, shown)) <= width - 2
