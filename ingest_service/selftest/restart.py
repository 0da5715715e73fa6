"""The check of restarts: the first slot waits its interval, however the service ended and whatever the time is."""

from collections.abc import Mapping
from pathlib import Path

from ingest_service.clock import NANOSECONDS
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
    gaps: dict[str, int] = {}
    with Trial(folder, INTERVAL) as trial:
        trial.start()
        trial.submit(range(1, SLOT_SIZE * (len(RESTARTS) + 1) + 1), "MEDIUM")
        comes_true(lambda: len(trial.arrivals) >= SLOT_SIZE)
        for name, (end, wall_shift) in RESTARTS.items():
            before = len(trial.arrivals)
            end(trial)
            trial.start(wall_shift)
            gaps[name] = _gap(trial, before)
        is_done = trial.until_done()
        return judge(gaps, trial.interval_ns, is_done and not trial.lost())


def judge(gaps: Mapping[str, int], interval: int, nothing_lost: bool) -> Finding:
    """Judge the times, in nanoseconds, from the last call before each restart to the first one after it."""
    figures = {f"{name}, s": round(gap / NANOSECONDS, 3) for name, gap in gaps.items()}
    early = [name for name, gap in gaps.items() if gap < interval]
    fault = f"{early[0]} the first slot came too early" if early else None
    if fault is None and not nothing_lost:
        fault = "something that was accepted before the restarts was lost"
    good = f"{len(gaps)} restarts: the first slot waited the whole interval, also with a wrong clock"
    return judged(fault, good, figures)


def _gap(trial: Trial, before: int) -> int:
    """Return the time from the last of the calls before to the next one; a long time if none comes."""
    comes_true(lambda: len(trial.arrivals) > before)
    starts = [arrival.started_ns for arrival in trial.arrivals]
    return starts[before] - starts[before - 1] if len(starts) > before else 0
