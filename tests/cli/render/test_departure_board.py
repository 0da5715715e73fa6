import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest
from rich.console import Console

from ingestctl.models import Priority, Schedule, ScheduledBatch, Slot
from ingestctl.render.departure_board import departure_board

START = datetime(2026, 11, 22, 8, 33, 28, 408000, UTC)
NOW = datetime(2026, 11, 22, 14, 3, 26, tzinfo=timezone(timedelta(hours=5, minutes=30)))


def batch(ingestion: int, priority: Priority, *ids: int) -> ScheduledBatch:
    return ScheduledBatch(f"batch-{ids[0]}", f"{ingestion}f0c7a52-8d0e-4d2b-9f5e-6a1b5c0d9e42", priority, ids)


def schedule(*slots: Sequence[ScheduledBatch], paused: bool = False, every: float = 5) -> Schedule:
    """Slots that open from 14:03:28 on."""
    times = [None if paused else START + n * timedelta(seconds=every) for n in range(len(slots))]
    return Schedule(
        tuple(
            Slot(time, tuple(record_id for one in carried for record_id in one.ids), tuple(carried))
            for time, carried in zip(times, slots, strict=True)
        )
    )


BUSY = (
    [batch(1, Priority.HIGH, 6, 7, 8)],
    [batch(1, Priority.HIGH, 9), batch(2, Priority.MEDIUM, 4, 5)],
    [batch(3, Priority.LOW, 1000000007, 1000000006, 1000000005)],
)


def drawn(shown: Schedule, width: int, rows: int | None = None) -> list[str]:
    console = Console(file=io.StringIO(), width=max(width, 80))
    with console.capture() as capture:
        console.print(departure_board(shown, width, NOW, rows))
    return [row.rstrip() for row in capture.get().splitlines()]


def test_every_batch_has_a_row_and_every_slot_its_time() -> None:
    assert drawn(schedule(*BUSY), 78) == [
        "Opens     In          Ids                                 Ingestion  Priority",
        "─" * 77,
        "14:03:28  in 2s       6, 7, 8                             1f0c7a52…  HIGH",
        "14:03:33  in 7s       9                                   1f0c7a52…  HIGH",
        "                      4, 5                                2f0c7a52…  MEDIUM",
        "14:03:38  in 12s      1000000007, 1000000006, 1000000005  3f0c7a52…  LOW",
    ]


def test_the_ids_of_ingestions_are_shown_whole_where_there_is_room() -> None:
    assert drawn(schedule(*BUSY[:1]), 78)[2:] == [
        "14:03:28  in 2s       6, 7, 8  1f0c7a52-8d0e-4d2b-9f5e-6a1b5c0d9e42  HIGH",
    ]


@pytest.mark.parametrize(
    ("width", "row"),
    [
        (60, "14:03:38  in 12s      1000000007, 1000…  3f0c7a52…  LOW"),
        (38, "14:03:38  100000…  3f0c7a52…  LOW"),
        (30, "14:03:38  100000000…  LOW"),
        (20, "14:03:38  100000000…"),
    ],
)
def test_the_time_and_the_beginning_of_the_ids_stay_on_a_narrow_screen(width: int, row: str) -> None:
    shown = drawn(schedule(*BUSY), width)
    assert max(map(len, shown)) <= width
    assert shown[-1] == row


def test_a_time_that_is_not_today_has_its_date() -> None:
    assert drawn(schedule(*BUSY, every=86400), 90)[3].startswith("2026-11-23 14:03:28  in 1d 00h   9")


def test_the_order_is_shown_without_times_during_an_operators_pause() -> None:
    assert drawn(schedule(*BUSY[:2], paused=True), 78) == [
        "Paused by an operator. When it is resumed, this is the order:",
        "Opens   Ids      Ingestion                             Priority",
        "─" * 63,
        "paused  6, 7, 8  1f0c7a52-8d0e-4d2b-9f5e-6a1b5c0d9e42  HIGH",
        "paused  9        1f0c7a52-8d0e-4d2b-9f5e-6a1b5c0d9e42  HIGH",
        "        4, 5     2f0c7a52-8d0e-4d2b-9f5e-6a1b5c0d9e42  MEDIUM",
    ]


def test_an_empty_board_is_a_sentence() -> None:
    assert drawn(schedule(), 78) == ["Nothing waits."]


def test_slots_that_do_not_fit_the_screen_are_counted() -> None:
    shown = drawn(schedule(*BUSY * 10), 78, rows=12)
    assert [row.split()[0] for row in shown[2:]] == [
        *("14:03:28", "14:03:33", "4,", "14:03:38", "14:03:43"),
        *("…",),
    ]
    assert shown[-1] == "… 26 more slots"
    assert drawn(schedule(*BUSY), 78, rows=9)[-1] == "… 1 more slot"


@pytest.mark.parametrize("rows", [7, 10, 24, 60])
@pytest.mark.parametrize("paused", [False, True])
def test_the_board_never_needs_more_rows_than_the_screen_has(rows: int, paused: bool) -> None:
    assert len(drawn(schedule(*BUSY * 10, paused=paused), 78, rows)) < rows - 1
