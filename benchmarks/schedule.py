"""Forecasts by arithmetic against stepping through the slots, for two backlogs that differ in shape.

100,000 ingestions of 10 ids wait, then one of a million. Asked each time: the next 20 slots, and when the last
ingestion runs; the peer steps through every slot until then. Read: the forecast should be a small fraction
of the steps, most of all for the long ingestion, whose cost does not grow with its batches. The dispatcher
waits for none of it but the copy of the backlog, which is printed beside.
"""

from itertools import islice
from uuid import uuid4

from benchmarks.measure import medians, seconds
from ingest_service.backlog.backlog import Backlog
from ingest_service.clock import NANOSECONDS
from ingest_service.domain.rate import RateLimit
from ingest_service.domain.entry import Entry
from ingest_service.domain.model import LAST_SEQUENCE, Ingestion, Priority
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.schedule.snapshot import ScheduleSnapshot

PACE = RateLimit(slot_size=3, interval=5 * NANOSECONDS, linger=0, longest_pause=0)
ROUNDS = 5


def filled(ingestions: int, ids: int) -> Backlog:
    """Return a backlog in which so many ingestions of so many ids wait."""
    packed = PackedIds.of(range(1, ids + 1))
    backlog = Backlog()
    backlog.load(
        (
            Entry.of(number, Ingestion(uuid4(), Priority(number % 3), 3, packed, 0), range(ids))
            for number in range(ingestions)
        ),
        ready=0,
    )
    return backlog


def snapshot(backlog: Backlog) -> ScheduleSnapshot:
    """Return the snapshot of a dispatcher that may open a slot now."""
    return ScheduleSnapshot(
        backlog.copy(), 0, PACE, probing=False, wall_offset=0, paused_until=0, paused_at=None, took=0, now=0
    )


def compare(ingestions: int, ids: int) -> None:
    """Measure and print."""
    backlog = filled(ingestions, ids)
    copy, twenty, forecast, steps = medians(
        ROUNDS,
        lambda: seconds(backlog.copy),
        lambda: seconds(lambda: list(islice(snapshot(backlog).slots(), 20))),
        lambda: seconds(lambda: list(snapshot(backlog).runs(Priority.LOW, LAST_SEQUENCE))),
        lambda: seconds(lambda: sum(1 for _ in snapshot(backlog).slots())),
    )
    print(f"{ingestions:,} ingestions of {ids:,} ids wait:")
    print(f"  the next 20 slots      {twenty / steps:.5f} times stepping through all ({twenty * 1000:.2f} ms)")
    print(f"  when the last one runs {forecast / steps:.5f} times ({forecast * 1000:.2f} ms)")
    print(f"  the copy of the backlog, all that the dispatcher may wait for: {copy * 1000:.2f} ms")


def main() -> None:
    """Compare many short ingestions, and one long one."""
    compare(100_000, 10)
    compare(1, 1_000_000)


if __name__ == "__main__":
    main()
