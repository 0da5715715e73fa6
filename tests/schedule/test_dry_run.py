"""The dry run of a submission."""

from dataclasses import replace
from uuid import uuid4

from ingest_service.domain.model import Priority, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.rate import Quota, RateLimit
from ingest_service.schedule.dry_run import dry_run
from tests.schedule.waiting import WALL_OFFSET, snapshot_of, whole

RATE = RateLimit(slot_size=5, interval=1, linger=10, longest_pause=0)


PROBING = replace(snapshot_of(RATE), probing=True)
SIX = Submission(uuid4(), Priority.LOW, 5, PackedIds.of(range(1, 7)))


def test_a_slot_that_carries_two_batches_of_the_submission_counts_once() -> None:
    found = dry_run(SIX, PROBING)
    # A probe of one id; then the other four of its batch and the sixth id.
    assert (found.starts_at, found.last_at, found.slots) == (WALL_OFFSET + 10, WALL_OFFSET + 11, 2)


def test_the_calls_of_the_last_slot_end_after_the_time_that_calls_take() -> None:
    found = dry_run(SIX, replace(PROBING, took=3))
    assert (found.last_at, found.ends_at) == (WALL_OFFSET + 11, WALL_OFFSET + 14)


def test_the_twenty_that_are_delayed_the_most_are_named_also_where_their_delays_differ() -> None:
    two_in_sixty = RateLimit(3, 5, 0, 0, quotas=(Quota(6, 60),))
    snapshot = snapshot_of(two_in_sixty, [whole(number, 3) for number in range(1, 31)])
    found = dry_run(Submission(uuid4(), Priority.HIGH, 3, PackedIds.of([1, 2, 3])), snapshot)
    assert found.delayed == 30
    assert [delay.by for delay in found.delays] == [55] * 15 + [5] * 5
