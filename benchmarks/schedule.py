"""Estimates by arithmetic against stepping through the slots, for two backlogs that differ in shape.

100,000 ingestions of 10 ids wait, then one of a million. Asked each time: the next 20 slots, and when all has run,
just after the most urgent ingestion changed; the peer steps through every slot until then. Read: both should be a
small fraction of the steps. The dispatcher waits for none of it but the snapshot of the backlog.
"""

from collections.abc import Iterator
from itertools import islice
from uuid import uuid4

from benchmarks.figure import Figure, show
from benchmarks.measure import medians, seconds
from ingest_service.backlog.backlog import Backlog
from ingest_service.clock import NANOSECONDS
from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Ingestion, Priority
from ingest_service.domain.rate import RateLimit
from ingest_service.domain.usage import UsageLog
from ingest_service.schedule.snapshot import ScheduleSnapshot

RATE = RateLimit(slot_size=3, interval=5 * NANOSECONDS, linger=0, longest_pause=0)
ROUNDS = 5


def filled(ingestions: int, ids: int) -> Backlog:
    """Return a backlog in which this number of ingestions waits, each of `ids` ids."""
    backlog = Backlog()
    backlog.load(
        Entry.whole(number, Ingestion(uuid4().int, Priority(number % 3), 3, ids)) for number in range(ingestions)
    )
    return backlog


def snapshot(backlog: Backlog) -> ScheduleSnapshot:
    """Return the snapshot of a dispatcher that may open a slot now."""
    return ScheduleSnapshot(
        waiting=backlog.snapshot(),
        next_start=0,
        rate=RATE,
        probing=False,
        wall_offset=0,
        paused_until=0,
        paused_at=None,
        took=0,
        now=0,
        usage=UsageLog(RATE).usage,
    )


def changed(backlog: Backlog) -> ScheduleSnapshot:
    """Return a snapshot after the most urgent id was taken."""
    backlog.take(RATE, now=0, probe=True)
    return snapshot(backlog)


def compare(ingestions: int, ids: int) -> Iterator[Figure]:
    """Measure the next slots and the last one against the steps."""
    backlog = filled(ingestions, ids)
    list(snapshot(backlog).pieces())  # as after a start
    twenty, last, steps = medians(
        ROUNDS,
        lambda: seconds(lambda: list(islice(snapshot(backlog).slots(), 20))),
        lambda: seconds(lambda: list(changed(backlog).pieces())),
        lambda: seconds(lambda: sum(1 for _ in snapshot(backlog).slots())),
    )
    against, waits = "stepping through all slots", f"{ingestions:,} of {ids:,} ids wait"
    yield Figure(f"the next 20 slots, {waits}", against, twenty / steps, 0.001, more_is_better=False)
    yield Figure(f"when the last one runs, {waits}", against, last / steps, 0.001, more_is_better=False)


def figures() -> Iterator[Figure]:
    """Compare many short ingestions, and one long one."""
    yield from compare(100_000, 10)
    yield from compare(1, 1_000_000)


def main() -> None:
    """Measure and print."""
    show(figures())


if __name__ == "__main__":
    main()
