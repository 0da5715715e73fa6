"""The file system and the block device under a folder, as far as Linux shows them."""

import os
from dataclasses import dataclass
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
DEVICES = Path("/sys/dev/block")
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """The type of the file system of a folder, and the write cache of its device as the kernel sees it."""

    file_system: str
    write_cache: str


def place_of(folder: Path, mounts: Path = MOUNTS, devices: Path = DEVICES) -> Place:
    """Return the place of a folder; what this system does not tell is unknown."""
    number = folder.stat().st_dev
    device = f"{os.major(number)}:{os.minor(number)}" if hasattr(os, "major") else ""
    return Place(_file_system(device, mounts), _write_cache(devices / device))


def _file_system(device: str, mounts: Path) -> str:
    """Return the type of the mount with this device; each line has ` - ` before the type."""
    if not mounts.exists():
        return UNKNOWN
    for line in mounts.read_text(errors="replace").splitlines():
        before, _, after = line.partition(" - ")
        if before.split()[2:3] == [device] and after:
            return after.split()[0]
    return UNKNOWN


def _write_cache(device: Path) -> str:
    """Return "write back" or "write through": of the device, or of the whole one that it is a part of."""
    for folder in (device.resolve(), device.resolve().parent):
        cache = folder / "queue" / "write_cache"
        if cache.exists():
            return cache.read_text().strip()
    return UNKNOWN
