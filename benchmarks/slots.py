"""Durable slots one after the other: an interval of 1 ms, an upstream that answers at once.

A slot is two commits: one before its calls, one with their outcomes. The limit is a thread that makes nothing but
pairs of commits of one small row (WAL, synchronous=FULL). Slots are an interval apart whatever the disk can do, so
the second limit makes such a pair and waits until an interval has passed since its first commit.
Read: the first ratio cannot exceed that of the two limits.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

from benchmarks.figure import Figure, show
from benchmarks.group_commit import bare_commits
from benchmarks.measure import here, medians
from ingest_service.app import build_service
from ingest_service.config import Settings
from ingest_service.domain.model import LAST_SEQUENCE, Priority
from ingest_service.service import Service

INTERVAL = 0.001
WINDOW = 2.0
ROUNDS = 5
AIM = 0.4
WORK = "a slot also keeps its calls, the outcomes of its ids and its link of the hash chain"
AIM_PACED = 0.8


def settings(path: Path) -> Settings:
    """Return the settings of a service that opens a slot in every interval."""
    return Settings.from_environ(
        {
            "INGEST_DATABASE_URL": f"sqlite:///{path.resolve()}",
            "INGEST_INTERVAL_SECONDS": str(INTERVAL),
            "INGEST_LINGER_SECONDS": "0",
            "INGEST_SIMULATED_DELAY_SECONDS": "0",
        }
    )


def slots(service: Service) -> float:
    """Return the slots in a second, of a service that is paused before and after."""

    def last() -> int:
        latest = service.reports.slots(LAST_SEQUENCE, 1).slots
        return latest[0].number if latest else 0

    service.resume()
    before, began = last(), time.perf_counter()
    time.sleep(WINDOW)
    service.pause()
    return (last() - before) / (time.perf_counter() - began)


def pairs(commit: Callable[[], None], interval: float = 0) -> float:
    """Return the pairs of commits in a second, each an interval after the first commit of the one before."""
    began, made = time.perf_counter(), 0
    while (now := time.perf_counter()) < began + WINDOW / 2:
        commit()
        first = time.perf_counter()
        commit()
        if (left := first + interval - time.perf_counter()) > 0:
            Event().wait(left)
        made += 1
    return made / (now - began)


def figures() -> Iterator[Figure]:
    """Measure."""
    with here() as folder:
        bare = bare_commits(Path(folder, "bare.db"))
        service = build_service(settings(Path(folder, "service.db")))
        service.start()
        service.submit(range(1, 90_000), Priority.MEDIUM)
        opened, limit, paced = medians(
            ROUNDS, lambda: slots(service), lambda: pairs(bare), lambda: pairs(bare, INTERVAL)
        )
        service.stop()
    note = f"the interval alone allows {1 / INTERVAL / limit:.2g}"
    yield Figure("durable slots, 1 ms apart", "pairs of bare commits", opened / limit, AIM, note=note)
    yield Figure("durable slots, 1 ms apart", "such pairs 1 ms apart", opened / paced, AIM_PACED, note=WORK)


if __name__ == "__main__":
    show(figures())
