"""A wall clock that is set while the service is stopped: what waits rests on the boot clock and on lengths."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ingest_service.clock import NANOSECONDS
from ingest_service.dispatch.retries import LONGEST_BACKOFF
from ingest_service.domain.ledger import Answer
from tests.dispatch.on_disk import OnDisk
from tests.engines.wiring import PASSING, RATE

SECOND = NANOSECONDS
DAY = 86_400 * SECOND
PAUSING = Answer(error="HTTP 429", status=429, retryable=True, pause=20 * SECOND)
# The backoff of the rig.
BACKOFF = 5 * SECOND


def paused(on_disk: OnDisk) -> None:
    """Let the upstream ask for a pause of 20 s, and stop the service 2 s later."""
    on_disk.submit([1])
    on_disk.run_slot(PAUSING)
    on_disk.stop()
    on_disk.clock.time += 2 * SECOND


def restarted(on_disk: OnDisk, wall: int, boot: str = "this boot") -> None:
    """Start again after the wall clock was set by this much."""
    on_disk.clock.wall_offset += wall
    on_disk.clock.boot_name = boot
    on_disk.start()


@pytest.mark.parametrize("wall", [0, -DAY, -3600 * SECOND, 3600 * SECOND, 40 * DAY])
def test_within_one_boot_a_pause_ends_when_it_would_have(on_disk: OnDisk, wall: int) -> None:
    paused(on_disk)
    restarted(on_disk, wall)
    assert on_disk.waits == 18


@pytest.mark.parametrize(("wall", "waits"), [(0, 18), (-DAY, 20), (-SECOND, 19), (10 * SECOND, 8), (40 * DAY, 5)])
def test_in_another_boot_a_pause_ends_by_the_wall_clock_and_is_never_longer_than_it_was(
    on_disk: OnDisk, wall: int, waits: int
) -> None:
    paused(on_disk)
    restarted(on_disk, wall, boot="another boot")
    assert on_disk.waits == waits


@pytest.mark.parametrize("boot", ["this boot", "another boot"])
def test_a_backoff_is_never_longer_than_it_was(on_disk: OnDisk, boot: str) -> None:
    on_disk.submit([1, 2, 3])
    on_disk.run_slot(PASSING, PASSING, PASSING)
    on_disk.stop()
    restarted(on_disk, -DAY, boot)
    ((entry, due_at),) = on_disk.journal.waiting(0)
    assert entry.positions == (0, 1, 2)
    assert due_at - on_disk.clock.wall() == BACKOFF


def forget_lengths(path: Path) -> None:
    """Leave what a database of the second version knows of its waits."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in ("retries", "pause"):
            connection.execute(f"UPDATE {table} SET boot = NULL, due = NULL, length = NULL")


def test_waits_of_an_older_database_end_by_the_wall_clock_and_are_bounded(path: Path, on_disk: OnDisk) -> None:
    paused(on_disk)
    forget_lengths(path)
    restarted(on_disk, 0)
    assert on_disk.waits == 18
    on_disk.stop()
    restarted(on_disk, -DAY)
    assert on_disk.waits == RATE.longest_pause / SECOND
    started = on_disk.clock.now()
    assert on_disk.open().opened - started == LONGEST_BACKOFF
