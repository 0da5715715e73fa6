"""The check of the clocks that the pace rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Event

from ingest_service.clock import NANOSECONDS, Clock, SystemClock
from ingest_service.selftest.verdict import Finding, judged

READINGS = 20_000
COMPARISONS = 20
PAUSE = NANOSECONDS
# How far two clocks may drift apart in a second: a thousandth is far more than any real one does.
_MOST_DRIFT = 0.001


@dataclass(frozen=True)
class Readings:
    """Readings of the clocks: many at once of the monotonic one, and how much each counted during a pause."""

    monotonic: Sequence[int]
    counted: int
    fence_counted: int
    boot: str


def check(_: Path) -> Finding:
    """Read the clocks of this machine for a second."""
    return judge(read(SystemClock()))


def read(clock: Clock) -> Readings:
    """Read a clock again and again, and let both of its ways to count count a pause; blocks for that."""
    monotonic = [clock.now() for _ in range(READINGS)]
    began, ahead = clock.now(), _fence_ahead(clock)
    clock.wait(Event(), began + PAUSE)
    counted = clock.now() - began
    return Readings(monotonic, counted, counted + _fence_ahead(clock) - ahead, clock.boot())


def judge(readings: Readings) -> Finding:
    """Judge whether the clocks go forward, and at one speed."""
    backwards = sum(later < earlier for earlier, later in pairwise(readings.monotonic))
    drift = abs(readings.counted - readings.fence_counted) / max(1, readings.counted)
    figures = {
        "readings": len(readings.monotonic),
        "backwards": backwards,
        "counted, s": round(readings.counted / NANOSECONDS, 3),
        "drift between the clocks": round(drift, 6),
        "boot": "known" if readings.boot else "not known",
    }
    known = (
        "the boot is known" if readings.boot else "the boot is not known, so each restart waits a whole interval"
    )
    return judged(_fault(backwards, drift), f"they only go forward, at one speed; {known}", figures)


def _fault(backwards: int, drift: float) -> str | None:
    if backwards:
        return f"the monotonic clock went back {backwards} times"
    return "the clocks of this machine go at different speeds" if drift > _MOST_DRIFT else None


def _fence_ahead(clock: Clock) -> int:
    """Return how far the clock that goes on in suspend is ahead, from readings with next to no time in between."""
    return min(_compared(clock) for _ in range(COMPARISONS))[1]


def _compared(clock: Clock) -> tuple[int, int]:
    before, fence, after = clock.now(), clock.fence(), clock.now()
    return after - before, fence - before
