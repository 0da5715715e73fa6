"""The check of the disk: does fsync reach it, as far as that can be seen from here."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from ingest_service.clock import SystemClock
from ingest_service.selftest.block_device import Place, place_of
from ingest_service.selftest.verdict import Figures, Finding, judged

WRITES = 200
_BLOCK = bytes(4096)
_MILLISECOND = 1_000_000
# No disk that keeps its data without power takes a block in less time, unless it has a battery.
FASTEST = 0.03
_IN_MEMORY = {"tmpfs", "ramfs", "devtmpfs"}


def check(folder: Path) -> Finding:
    """Write some blocks, with and without waiting for the disk, and compare."""
    folder.mkdir()
    fsync = getattr(os, "fdatasync", os.fsync)
    plain = times(folder / "plain", lambda _: None)
    synced = times(folder / "synced", fsync)
    return judge(plain, synced, place_of(folder))


def times(path: Path, fsync: Callable[[int], None], writes: int = WRITES) -> list[int]:
    """Append blocks to a new file, call `fsync` after each, and return the nanoseconds that each took."""
    clock, took = SystemClock(), []
    with path.open("wb", buffering=0) as file:
        for _ in range(writes):
            began = clock.now()
            file.write(_BLOCK)
            fsync(file.fileno())
            took.append(clock.now() - began)
    return took


def judge(plain: Sequence[int], synced: Sequence[int], place: Place) -> Finding:
    """Judge the nanoseconds of plain writes and of those that wait for the disk."""
    usual, slowest = median(synced) / _MILLISECOND, max(synced) / _MILLISECOND
    figures: Figures = {
        "write, ms": round(median(plain) / _MILLISECOND, 4),
        "write and fsync, ms": round(usual, 4),
        "slowest fsync, ms": round(slowest, 2),
        "file system": place.file_system,
        "write cache": place.write_cache,
    }
    good = (
        f"fsync takes {usual:.2f} ms on {place.file_system}, as on a real disk; the slowest took {slowest:.1f} ms"
    )
    return judged(_fault(usual, place), good, figures)


def _fault(usual: float, place: Place) -> str | None:
    if place.file_system in _IN_MEMORY:
        return f"{place.file_system} is memory: nothing on it is left when the machine loses power"
    if usual < FASTEST and place.write_cache != "write through":
        return (
            f"fsync takes {usual:.3f} ms: too fast for a real disk; a virtual disk or a library may answer before "
            "the data is safe. If the disk has a battery or capacitors, this is right"
        )
    return None
