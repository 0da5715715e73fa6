"""The machine that a benchmark runs on, as far as its figures depend on it."""

import os
import platform
from dataclasses import dataclass
from statistics import median
from tempfile import TemporaryFile

from benchmarks.measure import seconds

PAGE_BYTES = 4096
ROUNDS = 50
# No disk is faster: such a directory is in memory.
LEAST_SYNC_MS = 0.02


@dataclass(frozen=True, slots=True)
class Machine:
    """Its system, the cores that this process may use, its Python, and how long a page takes to its disk."""

    system: str
    cores: int
    python: str
    sync_ms: float

    def __str__(self) -> str:
        disk = f"on a disk that has a page of 4 kB safe in {self.sync_ms:.2g} ms"
        where = disk if self.sync_ms >= LEAST_SYNC_MS else "in memory instead of on a disk"
        return f"{self.system} with {self.cores} cores, Python {self.python}, {where}"


def this_machine() -> Machine:
    """Return this machine; a few pages are written and synchronised in the current directory."""
    return Machine(platform.system(), _cores(), platform.python_version(), 1000 * _sync_seconds())


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _sync_seconds() -> float:
    with TemporaryFile(dir=".", buffering=0) as file:

        def write() -> None:
            file.write(bytes(PAGE_BYTES))
            os.fsync(file.fileno())

        return median(seconds(write) for _ in range(ROUNDS))
