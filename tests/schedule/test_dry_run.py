"""The dry run of a submission."""

from dataclasses import replace
from uuid import uuid4

from ingest_service.domain.model import Priority, Submission
from ingest_service.domain.ordered_entries import OrderedEntries, WaitingEntries
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.rate import RateLimit
from ingest_service.domain.usage import UsageLog
from ingest_service.schedule.dry_run import dry_run
from ingest_service.schedule.snapshot import ScheduleSnapshot

RATE = RateLimit(slot_size=5, interval=1, linger=10, longest_pause=0)


PROBING = ScheduleSnapshot(
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
SIX = Submission(uuid4(), Priority.LOW, 5, PackedIds.of(range(1, 7)))


def test_a_slot_that_carries_two_batches_of_the_submission_counts_once() -> None:
    found = dry_run(SIX, PROBING)
    # A probe of one id; then the other four of its batch and the sixth id.
    assert (found.starts_at, found.last_at, found.slots) == (10, 11, 2)


def test_the_calls_of_the_last_slot_end_after_the_time_that_calls_take() -> None:
    found = dry_run(SIX, replace(PROBING, took=3))
    assert (found.last_at, found.ends_at) == (11, 14)
