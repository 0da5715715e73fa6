"""The dry run of a submission."""

from uuid import uuid4

from ingest_service.domain.model import Priority, Submission
from ingest_service.domain.ordered_entries import OrderedEntries, WaitingEntries
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.rate import RateLimit
from ingest_service.domain.usage import UsageLog
from ingest_service.schedule.dry_run import dry_run
from ingest_service.schedule.snapshot import ScheduleSnapshot

RATE = RateLimit(slot_size=5, interval=1, linger=10, longest_pause=0)


def test_a_slot_that_carries_two_batches_of_the_submission_counts_once() -> None:
    snapshot = ScheduleSnapshot(
        waiting=WaitingEntries(OrderedEntries(), OrderedEntries()),
        next_start=0,
        rate=RATE,
        probing=True,
        wall_offset=0,
        paused_until=0,
        paused_at=None,
        took=0,
        now=0,
        usage=UsageLog(RATE).usage,
    )
    six = Submission(uuid4(), Priority.LOW, 5, PackedIds.of(range(1, 7)))
    found = dry_run(six, snapshot)
    # A probe of one id; then the other four of its batch and the sixth id.
    assert (found.starts_at, found.last_at, found.slots) == (10, 11, 2)
