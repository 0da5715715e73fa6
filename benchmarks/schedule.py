"""Estimates by arithmetic against stepping through the slots, for two backlogs that differ in shape.

100,000 ingestions of 10 ids wait, then one of a million. Asked each time: the next 20 slots, and when the last
ingestion runs; the peer steps through every slot until then. Read: the estimate should be a small fraction
of the steps, most of all for the long ingestion, whose cost does not grow with its batches. The dispatcher
waits for none of it but the snapshot of the backlog, which is printed beside.
"""

from itertools import islice
from uuid import uuid4

from benchmarks.measure import medians, seconds
from ingest_service.backlog.backlog import Backlog
from ingest_service.clock import NANOSECONDS
from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Ingestion, Priority
from ingest_service.domain.rate import RateLimit
from ingest_service.schedule.snapshot import ScheduleSnapshot

RATE = RateLimit(slot_size=3, interval=5 * NANOSECONDS, linger=0, longest_pause=0)
ROUNDS = 5


def filled(ingestions: int, ids: int) -> Backlog:
    """Return a backlog in which this number of ingestions waits, each of `ids` ids."""
    backlog = Backlog()
    backlog.load(
        Entry.whole(number, Ingestion(uuid4(), Priority(number % 3), 3, ids, created_at=0))
        for number in range(ingestions)
    )
    return backlog


def snapshot(backlog: Backlog) -> ScheduleSnapshot:
    """Return the snapshot of a dispatcher that may open a slot now."""
    return ScheduleSnapshot(
        backlog.snapshot(), 0, RATE, probing=False, wall_offset=0, paused_until=0, paused_at=None, took=0, now=0
    )


def compare(ingestions: int, ids: int) -> None:
    """Measure and print."""
    backlog = filled(ingestions, ids)
    taken, twenty, last, steps = medians(
        ROUNDS,
        lambda: seconds(backlog.snapshot),
        lambda: seconds(lambda: list(islice(snapshot(backlog).slots(), 20))),
        lambda: seconds(lambda: list(snapshot(backlog).runs())),
        lambda: seconds(lambda: sum(1 for _ in snapshot(backlog).slots())),
    )
    print(f"{ingestions:,} ingestions of {ids:,} ids wait:")
    print(f"  the next 20 slots      {twenty / steps:.5f} times stepping through all ({twenty * 1000:.2f} ms)")
    print(f"  when the last one runs {last / steps:.5f} times ({last * 1000:.2f} ms)")
    print(f"  the snapshot of the backlog, all that the dispatcher may wait for: {taken * 1000:.3f} ms")


def main() -> None:
    """Compare many short ingestions, and one long one."""
    compare(100_000, 10)
    compare(1, 1_000_000)


if __name__ == "__main__":
    main()
