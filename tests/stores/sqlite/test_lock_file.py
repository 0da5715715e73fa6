"""The lock file as a witness of the last slot."""

import errno
import os
import shutil
import struct
from pathlib import Path

import pytest

from ingest_service.errors import StoreError
from ingest_service.stores.sqlite.held_files import HeldFiles
from ingest_service.stores.sqlite.lock_file import LockFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def held(path: Path) -> LockFile:
    lock_file = LockFile(path, HeldFiles())
    lock_file.acquire()
    return lock_file


def test_the_last_slot_recorded_is_confirmed_by_the_next_holder(path: Path) -> None:
    first = held(path)
    first.record(6, 60)
    first.record(7, 70)
    first.release()
    second = held(path)
    assert second.recorded() == 7
    assert second.confirms(7, 70)
    assert not second.confirms(6, 60)
    assert not second.confirms(7, 60)
    second.release()


def test_slots_that_were_lost_stay_beside_the_last_one(path: Path) -> None:
    first = held(path)
    assert first.lost() == (0, 0)
    first.record(7, 70)
    first.lose(3, 65)
    first.record(8, 80)
    first.release()
    second = held(path)
    assert (second.recorded(), second.lost()) == (8, (3, 65))
    assert second.confirms(8, 80)
    second.release()


def test_a_new_file_confirms_nothing(path: Path) -> None:
    lock_file = held(path)
    assert lock_file.recorded() is None
    assert not lock_file.confirms(0, 0)
    lock_file.release()
    lock_file.release()


def test_a_file_with_something_else_in_it_confirms_nothing(path: Path) -> None:
    path.write_text("something else\n")
    lock_file = held(path)
    assert lock_file.recorded() == 0
    assert not lock_file.confirms(1, 10)
    lock_file.release()


def test_a_copy_that_was_put_back_confirms_nothing(path: Path, tmp_path: Path) -> None:
    lock_file = held(path)
    lock_file.record(7, 70)
    lock_file.release()
    number, opened, written_at = struct.unpack("<QQQ", path.read_bytes())
    copy = tmp_path / "copy, a second old"
    copy.write_bytes(struct.pack("<QQQ", number, opened, written_at - 1_000_000_000))
    os.utime(copy, ns=(written_at - 1_000_000_000, written_at - 1_000_000_000))
    shutil.copy2(copy, path)
    lock_file = held(path)
    assert not lock_file.confirms(7, 70)
    lock_file.release()


class FullDisk(LockFile):
    """A lock file on a disk without room for 24 bytes."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, HeldFiles())
        self.is_full = True

    def write(self, record: bytes) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().write(record)


def test_a_full_disk_costs_the_record_its_trust_and_is_logged_once(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lock_file = FullDisk(path)
    lock_file.acquire()
    lock_file.record(6, 60)
    lock_file.record(7, 70)
    assert caplog.messages == [f"the lock file {path} cannot be written: No space left on device"]
    assert not lock_file.confirms(7, 70)
    lock_file.is_full = False
    lock_file.record(8, 80)
    assert lock_file.confirms(8, 80)
    lock_file.is_full = True
    lock_file.record(9, 90)
    assert not lock_file.confirms(8, 80)
    assert len(caplog.messages) == 2
    lock_file.release()


def test_a_file_that_cannot_be_opened_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=f"^cannot open the lock file {tmp_path}: Is a directory$"):
        held(tmp_path)
