import io

import pytest
from rich.console import Console, ConsoleDimensions

from cli.errors import UnreachableError
from cli.ingestion import Batch, IngestionStatus, Status
from cli.picture import picture
from cli.watch import Sight

COMPLETED, TRIGGERED, YET_TO_START = Status.COMPLETED, Status.TRIGGERED, Status.YET_TO_START


def rows(*statuses: Status, width: int = 60, height: int = 20, away: str = "") -> list[str]:
    batches = tuple(Batch(f"batch-{n}", (n, 1000000007), status) for n, status in enumerate(statuses, 1))
    sight = Sight(IngestionStatus("an-id", TRIGGERED, batches), UnreachableError(away) if away else None)
    console = Console(file=io.StringIO(), width=width, height=height)
    with console.capture() as capture:
        console.print(picture(sight, ConsoleDimensions(width, height)))
    return [row.rstrip() for row in capture.get().splitlines()]


def test_it_shows_every_batch_and_how_far_it_all_has_come() -> None:
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


def test_thousands_of_batches_are_folded_around_what_runs_and_what_comes_next() -> None:
    folded = rows(*[COMPLETED] * 1203, TRIGGERED, *[YET_TO_START] * 982, height=14)
    assert folded[4:-2] == [
        "    …   1,203 more                            completed",
        " 1204   1204, 1000000007                      triggered",
        " 1205   1205, 1000000007                      yet to start",
        " 1206   1206, 1000000007                      yet to start",
        "    …   980 more                              yet to start",
    ]


def test_near_the_end_the_room_goes_to_what_was_completed_last() -> None:
    folded = rows(*[COMPLETED] * 98, TRIGGERED, YET_TO_START, height=15)
    assert [row.split()[0] for row in folded[4:-2]] == ["…", "97", "98", "99", "100"]


def test_batches_that_run_beyond_the_room_are_counted_too() -> None:
    folded = rows(*[TRIGGERED] * 20, height=13)
    assert [row.split() for row in folded[6:-2]] == [["…", "18", "more", "triggered"]]


@pytest.mark.parametrize("height", [10, 11, 16, 24, 50])
@pytest.mark.parametrize("completed", [0, 1, 8, 500, 999, 1000])
def test_it_never_needs_more_rows_than_the_screen_has(height: int, completed: int) -> None:
    statuses = ([COMPLETED] * completed + [TRIGGERED] * 5 + [YET_TO_START] * 1000)[:1000]
    assert len(rows(*statuses, height=height, away="Nobody there.")) < max(height, 12)


@pytest.mark.parametrize("count", [1, 7, 8, 9, 10, 15, 16, 17, 18])
def test_what_just_fits_is_not_folded(count: int) -> None:
    shown = rows(*[YET_TO_START] * count, height=24, away="Nobody there.")
    assert len(shown) < 24
    assert any("…" in row for row in shown[:-1]) == (count > 16)


def test_on_a_narrow_screen_the_ids_are_cut_and_nothing_wraps() -> None:
    narrow = rows(COMPLETED, TRIGGERED, width=36, away="Cannot reach the ingest service at all")
    assert max(map(len, narrow)) == 34
    assert narrow[4] == "    1   1, 1000000…   completed"
    assert narrow[-1] == "Reconnecting … Cannot reach the i…"


def test_a_service_that_is_away_is_shown_below_the_bar() -> None:
    assert rows(TRIGGERED, away="Nobody there.")[-1] == "Reconnecting … Nobody there."
