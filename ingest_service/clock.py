"""Clocks: the other modules read the time, and wait, through this one only."""

import subprocess
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Event
from typing import Protocol
from uuid import UUID

NANOSECONDS = 1_000_000_000
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TIME_NAMESPACE = Path("/proc/self/ns/time")
_SYSCTL = Path("/usr/sbin/sysctl")


class Clock(Protocol):
    """Reads the time and waits. Every time is an integer of nanoseconds, so that nothing is ever rounded."""

    def now(self) -> int:
        """Return the monotonic time; all processes of one boot share it, and it stands still in suspend."""

    def wall(self) -> int:
        """Return the time since 1970 in UTC, for display, deadlines, and what outlives a boot: it may be set."""

    def boot(self) -> str:
        """Return the name of the boot that `now` counts from, empty where the machine has none."""

    def fence(self) -> int:
        """Return a monotonic time that goes on in suspend, so that nothing is done too late after one."""

    def wait(self, bell: Event, until: int | None) -> None:
        """Block until the bell rings or `now` may have reached `until` (None: for ever). May wake early."""


class SystemClock:
    """The clock of this machine. Any thread may use it."""

    def now(self) -> int:
        """Return CLOCK_MONOTONIC."""
        return time.monotonic_ns()

    def wall(self) -> int:
        """Return the wall clock."""
        return time.time_ns()

    def boot(self) -> str:
        """Return the boot id of Linux or macOS, empty elsewhere.

        On Linux with the time namespace, for it may shift the monotonic clock. Read once: it does not change.
        """
        return _boot()

    def fence(self) -> int:
        """Return CLOCK_BOOTTIME, or the nearest to it that this system has."""
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        if sys.platform == "darwin":
            # Unlike the clock of `monotonic_ns`, this one goes on there while the machine sleeps.
            return time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        return time.monotonic_ns()

    def wait(self, bell: Event, until: int | None) -> None:
        """Block on the bell."""
        bell.wait(None if until is None else max(0, until - self.now()) / NANOSECONDS)


def has_passed(clock: Clock, until: int | None) -> bool:
    """Return whether `clock.fence` has come to this time; False for None, which stands for no limit."""
    return until is not None and clock.fence() >= until


@cache
def _boot() -> str:
    return boot_of_macos() if sys.platform == "darwin" else _boot_of_linux()


def _boot_of_linux() -> str:
    with suppress(OSError):
        namespace = str(_TIME_NAMESPACE.readlink()) if _TIME_NAMESPACE.is_symlink() else ""
        return f"{_BOOT_ID.read_text().strip()} {namespace}".strip()
    return ""


def boot_of_macos(sysctl: Path = _SYSCTL) -> str:
    """Return the UUID of the boot that this program of the system knows, empty if it knows none; blocks."""
    command = [str(sysctl), "-n", "kern.bootsessionuuid"]
    with suppress(OSError, subprocess.SubprocessError, ValueError):
        asked = subprocess.run(command, capture_output=True, text=True, check=True, timeout=5)  # noqa: S603
        return str(UUID(asked.stdout.strip()))
    return ""
