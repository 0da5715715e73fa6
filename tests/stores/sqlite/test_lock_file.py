"""The lock file as a witness of the last slot."""

import os
import shutil
import struct
from pathlib import Path

import pytest

from ingest_service.stores.sqlite.lock_file import LockFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def held(path: Path) -> LockFile:
    lock_file = LockFile(path)
    lock_file.acquire()
    return lock_file


def test_the_last_slot_recorded_is_confirmed_by_the_next_holder(path: Path) -> None:
    first = held(path)
    first.record(6)
    first.record(7)
    first.release()
    second = held(path)
    assert second.confirms(7)
    assert not second.confirms(6)
    second.release()


def test_a_new_file_confirms_nothing(path: Path) -> None:
    lock_file = held(path)
    assert not lock_file.confirms(0)
    lock_file.release()
    lock_file.release()


def test_a_file_with_something_else_in_it_confirms_nothing(path: Path) -> None:
    path.write_text("something else\n")
    lock_file = held(path)
    assert not lock_file.confirms(1)
    lock_file.release()


def test_a_copy_that_was_put_back_confirms_nothing(path: Path, tmp_path: Path) -> None:
    lock_file = held(path)
    lock_file.record(7)
    lock_file.release()
    number, written_at = struct.unpack("<QQ", path.read_bytes())
    copy = tmp_path / "copy, a second old"
    copy.write_bytes(struct.pack("<QQ", number, written_at - 1_000_000_000))
    os.utime(copy, ns=(written_at - 1_000_000_000, written_at - 1_000_000_000))
    shutil.copy2(copy, path)
    lock_file = held(path)
    assert not lock_file.confirms(7)
    lock_file.release()
