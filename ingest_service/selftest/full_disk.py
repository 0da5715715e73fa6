"""The check of a full disk: the system refuses every write of the service for a while."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest_service.selftest.trial import SLOT_SIZE, Trial, comes_true, rest
from ingest_service.selftest.verdict import Finding, State, judged

INTERVAL = 0.4
# No file may be written beyond these bytes: every commit of SQLite would be.
ROOM = 4096


@dataclass(frozen=True)
class Record:
    """The answers while nothing could be written, and afterwards."""

    refused: bool
    said_so: bool
    calls_meanwhile: int
    came_back: bool
    completed: bool
    lost: int


def check(folder: Path) -> Finding:
    """Let nothing be written for a moment, and look at what is accepted, called and said."""
    if sys.platform != "linux":
        return Finding(State.SKIPPED, "only Linux can take the room away from a running process")
    with Trial(folder, INTERVAL) as trial:
        trial.start()
        trial.submit(range(1, 31), "MEDIUM")
        comes_true(lambda: len(trial.arrivals) >= SLOT_SIZE)
        with no_room(trial.pid):
            refused = not trial.submit(range(101, 104), "HIGH")
            said_so = comes_true(lambda: not trial.client.is_ready())
            # A slot that was open before has made its calls by then.
            rest(INTERVAL)
            calls_meanwhile = _calls_in_two_intervals(trial)
        came_back = comes_true(trial.client.is_ready)
        completed = trial.until_done()
        return judge(Record(refused, said_so, calls_meanwhile, came_back, completed, len(trial.lost())))


@contextmanager
def no_room(pid: int) -> Iterator[None]:
    """Let a process write nothing beyond ROOM bytes of any file while the block runs. Needs Linux."""
    import resource

    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def judge(record: Record) -> Finding:
    """Judge the service: refuse, say so, call nothing that is not written down, lose nothing, come back."""
    good = "while nothing could be written, nothing was accepted or called; then it went on by itself"
    figures = {"calls while nothing could be written": record.calls_meanwhile, "ids lost": record.lost}
    return judged(_fault(record), good, figures)


def _fault(record: Record) -> str | None:
    faults = {
        "a submission was accepted that could not be written": not record.refused,
        "the service said that it was ready while nothing could be written": not record.said_so,
        "ids were called in a slot that could not be written": record.calls_meanwhile > 0,
        "the service did not get ready again when there was room": not record.came_back,
        f"{record.lost} accepted ids were lost": record.lost > 0,
        "what was accepted was not completed in time": not record.completed,
    }
    return next((sentence for sentence, is_so in faults.items() if is_so), None)


def _calls_in_two_intervals(trial: Trial) -> int:
    """Return how many calls come from now on."""
    before = len(trial.arrivals)
    comes_true(lambda: len(trial.arrivals) > before, 2 * INTERVAL)
    return len(trial.arrivals) - before
