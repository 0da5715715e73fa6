"""The check of restarts: the first slot waits its interval, however the service ended and whatever the time is."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ingest_service.clock import NANOSECONDS, SystemClock
from ingest_service.selftest.trial import SLOT_SIZE, Trial, comes_true
from ingest_service.selftest.verdict import Finding, judged

# Longer than a start takes: else the start itself would keep the slots apart.
INTERVAL = 2.5
_DAY = 86_400.0
# How the service ends, and how many seconds its wall clock is wrong after the next start.
RESTARTS = {
    "after a stop": (Trial.stop, 0.0),
    "after a kill": (Trial.kill, 0.0),
    "with the clock set 40 days ahead": (Trial.stop, 40 * _DAY),
    "with the clock set back by a day": (Trial.kill, -_DAY),
}


def check(folder: Path) -> Finding:
    """Restart the service in several ways with work that waits, and measure the distance of the calls."""
    with Trial(folder, INTERVAL) as trial:
        trial.start()
        trial.submit(range(1, SLOT_SIZE * (len(RESTARTS) + 1) + 1), "MEDIUM")
        comes_true(lambda: len(trial.arrivals) >= SLOT_SIZE)
        gaps = {name: _restarted(trial, *how) for name, how in RESTARTS.items()}
        is_done = trial.until_done()
        return judge(gaps, trial.interval_ns, is_done and not trial.lost())


def judge(gaps: Mapping[str, int | None], interval: int, nothing_lost: bool) -> Finding:
    """Judge the nanoseconds from the last call before each restart to the first one after it, None without one."""
    figures = {f"{name}, s": "none" if gap is None else round(gap / NANOSECONDS, 3) for name, gap in gaps.items()}
    good = f"{len(gaps)} restarts: the first slot waited the whole interval, also with a wrong clock"
    return judged(_fault(gaps, interval, nothing_lost), good, figures)


def gap_around(starts: Sequence[int], ended: int) -> int | None:
    """Return the time from the last of these calls before the end of a process to the next, None without one."""
    before = [start for start in starts if start <= ended]
    after = [start for start in starts if start > ended]
    return after[0] - before[-1] if before and after else None


def _fault(gaps: Mapping[str, int | None], interval: int, nothing_lost: bool) -> str | None:
    for name, gap in gaps.items():
        if gap is None or gap < interval:
            return f"{name} {'no slot came' if gap is None else 'the first slot came too early'}"
    return None if nothing_lost else "something that was accepted before the restarts was lost"


def _restarted(trial: Trial, end: Callable[[Trial], None], wall_shift: float) -> int | None:
    """End the service, start it again, and return the time between the calls on both sides."""
    end(trial)
    ended = SystemClock().now()
    trial.start(wall_shift)
    comes_true(lambda: any(arrival.started_ns > ended for arrival in trial.upstream.arrivals))
    return gap_around([arrival.started_ns for arrival in trial.arrivals], ended)
