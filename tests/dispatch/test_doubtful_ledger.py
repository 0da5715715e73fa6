"""A ledger that its lock file contradicts proves nothing: the first slot waits one whole interval."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingest_service.domain.rate import Quota
from tests.dispatch.on_disk import OnDisk
from tests.engines.wiring import RATE, SECOND


def backup_of(on_disk: OnDisk, path: Path) -> Path:
    """Stop the engine and copy its database, without the lock file."""
    on_disk.stop()
    return Path(shutil.copy2(path, path.with_name("backup")))


def restore(on_disk: OnDisk, path: Path, backup: Path) -> None:
    on_disk.stop()
    shutil.copy2(backup, path)
    on_disk.start()


def test_a_ledger_that_its_lock_file_confirms_is_trusted(
    on_disk: OnDisk, caplog: pytest.LogCaptureFixture
) -> None:
    on_disk.submit([1])
    on_disk.run_slot()
    on_disk.clock.time += 2 * 10**9
    on_disk.restart()
    assert on_disk.waits == 3
    assert caplog.messages == []


def test_a_ledger_that_never_knew_a_slot_has_nothing_to_wait_for(on_disk: OnDisk) -> None:
    on_disk.restart()
    assert on_disk.waits == 0


def test_a_backup_from_before_the_first_slot_waits_and_says_what_was_lost(
    path: Path, on_disk: OnDisk, caplog: pytest.LogCaptureFixture
) -> None:
    on_disk.submit([1, 2, 3, 4])
    backup = backup_of(on_disk, path)
    on_disk.start()
    on_disk.run_slot()
    restore(on_disk, path, backup)
    assert on_disk.waits == 5
    assert caplog.messages == [
        "the database ends at slot 0, but its lock file names slot 1: it is an older copy, or its end was lost; "
        "ingestions that were accepted may be missing"
    ]


def lose_two_slots(on_disk: OnDisk, path: Path) -> Path:
    """Restore a copy that is two slots older, with a quota of nine ids a minute; return the copy."""
    on_disk.wiring.rate = replace(RATE, quotas=(Quota(9, 60 * SECOND),))
    on_disk.restart()
    on_disk.submit(range(1, 20))
    backup = backup_of(on_disk, path)
    on_disk.start()
    on_disk.run_slot()
    on_disk.run_slot()
    restore(on_disk, path, backup)
    return backup


def test_slots_that_an_older_copy_has_lost_still_count_after_the_next_restart(path: Path, on_disk: OnDisk) -> None:
    lose_two_slots(on_disk, path)
    found_at = on_disk.clock.now()
    on_disk.run_slot()
    on_disk.restart()
    assert on_disk.waits == (found_at + 60 * SECOND - on_disk.clock.now()) / SECOND > 50


def test_slots_that_were_lost_before_count_with_those_lost_now(path: Path, on_disk: OnDisk) -> None:
    backup = lose_two_slots(on_disk, path)
    on_disk.run_slot()
    restore(on_disk, path, backup)
    assert on_disk.waits == 60
    on_disk.clock.time += 60 * SECOND
    on_disk.run_slot()
    on_disk.restart()
    assert on_disk.waits == 5


def test_a_start_that_opens_no_slot_counts_none_of_them_twice(path: Path, on_disk: OnDisk) -> None:
    lose_two_slots(on_disk, path)
    on_disk.restart()
    assert on_disk.waits == 5


def test_a_backup_from_before_the_first_slot_without_a_lock_file_waits(path: Path, on_disk: OnDisk) -> None:
    on_disk.submit([1, 2, 3, 4])
    elsewhere = OnDisk(backup_of(on_disk, path), on_disk.clock)
    elsewhere.start()
    assert elsewhere.waits == 5
    elsewhere.stop()


def test_a_backup_with_slots_without_a_lock_file_waits(path: Path, on_disk: OnDisk) -> None:
    on_disk.submit([1, 2, 3, 4])
    on_disk.run_slot()
    elsewhere = OnDisk(backup_of(on_disk, path), on_disk.clock)
    elsewhere.start()
    assert elsewhere.waits == 5
    elsewhere.stop()


def test_a_backup_whose_last_slot_has_the_number_in_the_lock_file_waits(path: Path, on_disk: OnDisk) -> None:
    other = OnDisk(path.with_name("other.db"), on_disk.clock)
    other.start()
    for one in (other, on_disk):
        one.submit([1, 2, 3, 4])
        one.run_slot()
        on_disk.clock.time += 1
    backup = backup_of(other, path.with_name("other.db"))
    restore(on_disk, path, backup)
    assert on_disk.waits == 5


def test_a_restored_backup_is_trusted_again_after_its_next_slot(path: Path, on_disk: OnDisk) -> None:
    on_disk.submit([1, 2, 3, 4, 5, 6, 7])
    on_disk.run_slot()
    backup = backup_of(on_disk, path)
    on_disk.start()
    on_disk.run_slot()
    restore(on_disk, path, backup)
    assert on_disk.run_slot() == (4, 5, 6)
    on_disk.clock.time += 2 * 10**9
    on_disk.restart()
    assert on_disk.waits == 3


def test_a_database_whose_log_was_damaged_waits_and_says_what_was_lost(
    path: Path, on_disk: OnDisk, caplog: pytest.LogCaptureFixture
) -> None:
    on_disk.submit([1, 2, 3, 4, 5, 6, 7])
    on_disk.run_slot()
    on_disk.run_slot()
    killed = path.with_name("killed.db")
    for ending in ("", "-wal", ".lock"):
        shutil.copy2(f"{path}{ending}", f"{killed}{ending}")
    log = bytearray(Path(f"{killed}-wal").read_bytes())
    log[len(log) // 2] ^= 1
    Path(f"{killed}-wal").write_bytes(log)
    after = OnDisk(killed, on_disk.clock)
    after.start()
    assert after.waits == 5
    assert "but its lock file names slot 2" in caplog.text
    after.stop()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lock: lock.write_bytes(b""),
        lambda lock: lock.write_text("anything"),
        lambda lock: lock.write_bytes(b"\xff" * 24),
    ],
)
def test_a_lock_file_that_says_nothing_proves_nothing(
    path: Path, on_disk: OnDisk, spoil: Callable[[Path], object]
) -> None:
    on_disk.submit([1])
    on_disk.run_slot()
    on_disk.stop()
    spoil(Path(f"{path}.lock"))
    on_disk.start()
    assert on_disk.waits == 5
