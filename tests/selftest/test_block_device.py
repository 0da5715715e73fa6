"""The file system and the device under a folder."""

import os
from pathlib import Path

import pytest

from ingest_service.selftest.block_device import UNKNOWN, Place, place_of


@pytest.fixture
def device(tmp_path: Path) -> str:
    number = tmp_path.stat().st_dev
    return f"{os.major(number)}:{os.minor(number)}"


@pytest.fixture
def mounts(tmp_path: Path, device: str) -> Path:
    path = tmp_path / "mountinfo"
    path.write_text(
        "21 1 0:999 / /proc rw,nosuid - proc proc rw\n"
        f"22 1 {device} / / rw,relatime shared:1 master:2 - btrfs /dev/sda1 rw\n"
    )
    return path


def test_the_device_of_a_part_is_the_whole_one(tmp_path: Path, mounts: Path, device: str) -> None:
    part = tmp_path / "block" / "sda" / "sda1"
    part.mkdir(parents=True)
    (part.parent / "queue").mkdir()
    (part.parent / "queue" / "write_cache").write_text("write through\n")
    devices = tmp_path / "dev"
    devices.mkdir()
    (devices / device).symlink_to(part)
    assert place_of(tmp_path, mounts, devices) == Place("btrfs", "write through")


def test_what_is_not_shown_is_unknown(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert place_of(tmp_path, nowhere, nowhere) == Place(UNKNOWN, UNKNOWN)
    other = tmp_path / "mountinfo"
    other.write_text("21 1 0:999 / /proc rw - proc proc rw\n\n")
    assert place_of(tmp_path, other, nowhere) == Place(UNKNOWN, UNKNOWN)
