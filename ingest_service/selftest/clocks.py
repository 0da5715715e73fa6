"""The check of the clocks that the pace rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ingest_service.clock import NANOSECONDS, Clock, SystemClock
from ingest_service.selftest.trial import rest
from ingest_service.selftest.verdict import Finding, judged

READINGS = 20_000
PAUSES = 20
PAUSE = 0.05
# How far two clocks may drift apart in a second: a thousandth is far more than any real one does.
_MOST_DRIFT = 0.001


@dataclass(frozen=True)
class Readings:
    """Readings of the clocks: many at once of the monotonic one, and how much each counted during the pauses."""

    monotonic: Sequence[int]
    counted: int
    fence_counted: int
    boot: str


def check(_: Path) -> Finding:
    """Read the clocks of this machine for a second."""
    return judge(read(SystemClock()))


def read(clock: Clock) -> Readings:
    """Read a clock again and again, and compare its two ways to count over some pauses."""
    monotonic = [clock.now() for _ in range(READINGS)]
    fence, now = clock.fence(), clock.now()
    for _ in range(PAUSES):
        rest(PAUSE)
    return Readings(monotonic, clock.now() - now, clock.fence() - fence, clock.boot())


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
    return judged(_fault(backwards, readings, drift), f"they only go forward, at one speed; {known}", figures)


def _fault(backwards: int, readings: Readings, drift: float) -> str | None:
    if backwards:
        return f"the monotonic clock went back {backwards} times"
    if readings.counted < PAUSES * PAUSE * NANOSECONDS * (1 - _MOST_DRIFT):
        return f"the monotonic clock counted {readings.counted / NANOSECONDS:.3f} s in {PAUSES * PAUSE:g} s"
    return "the clocks of this machine go at different speeds" if drift > _MOST_DRIFT else None
