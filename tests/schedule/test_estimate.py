"""The estimate of an ingestion that waits."""

from dataclasses import replace

from ingest_service.domain.model import Priority
from ingest_service.domain.ordered_entries import OrderedEntries
from ingest_service.domain.rate import Quota
from ingest_service.domain.usage import CalledSlot, UsageLog
from ingest_service.schedule.estimate import estimate
from ingest_service.schedule.snapshot import Held
from tests.schedule.waiting import THREE_IN_FIVE, WALL_OFFSET, snapshot_of, whole

TWO_SLOTS_IN_SIXTY = replace(THREE_IN_FIVE, quotas=(Quota(6, 60),))


def test_an_ingestion_ends_once_the_calls_of_its_last_slot_have_ended() -> None:
    found = estimate(replace(snapshot_of(THREE_IN_FIVE, [whole(1, 6)]), took=2), Priority.LOW, 1)
    assert found is not None
    assert (found.next_at, found.ends_at) == (WALL_OFFSET, WALL_OFFSET + 7)


def test_an_estimate_tells_the_pause_of_the_upstream_and_the_quota_that_hold_slots_up() -> None:
    called = UsageLog(TWO_SLOTS_IN_SIXTY, [CalledSlot(-10, 3), CalledSlot(-5, 3)])
    snapshot = replace(
        snapshot_of(TWO_SLOTS_IN_SIXTY, [whole(1, 3)]), usage=called.usage, paused_until=7, next_start=7
    )
    found = estimate(snapshot, Priority.LOW, 1)
    assert found is not None
    assert (found.paused_until, found.held) == (WALL_OFFSET + 7, Held(Quota(6, 60), WALL_OFFSET + 50))


def test_what_joins_when_a_quota_lets_a_slot_open_goes_first_in_it() -> None:
    called = UsageLog(TWO_SLOTS_IN_SIXTY, [CalledSlot(-10, 3), CalledSlot(-5, 3)])
    snapshot = replace(snapshot_of(TWO_SLOTS_IN_SIXTY, [whole(1, 3)]), usage=called.usage)
    joining = OrderedEntries.of([replace(whole(2, 3, Priority.HIGH), ready=50)])
    slots = replace(snapshot, waiting=replace(snapshot.waiting, later=joining)).slots()
    assert [(slot.opens, slot.batches[0].sequence) for slot in slots] == [(50, 2), (55, 1)]


def test_no_quota_holds_a_slot_up_where_nothing_waits() -> None:
    assert snapshot_of(TWO_SLOTS_IN_SIXTY).held() is None


def test_an_ingestion_that_has_to_leave_a_slot_to_one_that_joins_starts_behind_that() -> None:
    waiting = snapshot_of(THREE_IN_FIVE, [whole(1, 3), whole(2, 3)])
    joining = OrderedEntries.of([replace(whole(3, 3, Priority.HIGH), ready=3)])
    snapshot = replace(waiting, waiting=replace(waiting.waiting, later=joining))
    found = estimate(snapshot, Priority.LOW, 2)
    assert found is not None
    assert (found.position, found.next_at) == (2, WALL_OFFSET + 10)
    assert [run.ids for run in found.runs] == [3]
