import pytest

from ingestctl.models import Batch, IngestionStatus, Status
from ingestctl.render.view import untimed
from tests.cli.render.screens import COMPLETED, TRIGGERED, YET_TO_START, drawn


def rows(*statuses: Status, width: int = 60, height: int = 20, outage: str = "") -> list[str]:
    """Return the screen of an older service's answer."""
    batches = [Batch(f"batch-{n}", (n, 1000000007), status) for n, status in enumerate(statuses, 1)]
    whole = IngestionStatus("an-id", TRIGGERED, tuple(batches))
    return drawn(untimed(whole), width=width, height=height, outage=outage)


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
