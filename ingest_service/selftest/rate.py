"""The check of the rate: slots in normal running, as the upstream counts them."""

from collections.abc import Sequence
from pathlib import Path

from ingest_service.clock import NANOSECONDS
from ingest_service.selftest.trial import SLOT_SIZE, Trial
from ingest_service.selftest.verdict import Finding, judged

INTERVAL = 0.4
SLOTS = 15


def check(folder: Path) -> Finding:
    """Let some slots open, and count the calls in every interval."""
    with Trial(folder, INTERVAL) as trial:
        trial.start()
        trial.submit(range(1, SLOTS * SLOT_SIZE + 1), "MEDIUM")
        is_done = trial.until_done()
        starts = [arrival.started_ns for arrival in trial.arrivals]
        return judge(starts, trial.most_in_an_interval, trial.interval_ns, is_done)


def judge(starts: Sequence[int], most: int, interval: int, is_done: bool) -> Finding:
    """Judge the times of all calls, in nanoseconds: no interval may have more than a slot."""
    spans = [later - first for first, later in zip(starts, starts[SLOT_SIZE:], strict=False)]
    shortest = min(spans, default=0) / NANOSECONDS
    figures = {
        "calls": len(starts),
        "most in an interval": most,
        "shortest span of 4 calls, s": round(shortest, 4),
    }
    return judged(
        _fault(most, is_done),
        f"at most {most} calls in any {interval / NANOSECONDS:g} s, over {len(starts)} calls",
        figures,
    )


def _fault(most: int, is_done: bool) -> str | None:
    if most > SLOT_SIZE:
        return f"{most} calls came in one interval: {SLOT_SIZE} are allowed"
    return None if is_done else "the slots did not open in time: is another program using all of the machine?"
