"""The backlog has room once enough ids have been released."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from ingest_service.domain.rate import RateLimit
from ingest_service.schedule.capacity import backlog_full, opens_after
from ingest_service.schedule.planned import PlannedSlot
from tests.schedule.test_snapshot import running
from tests.schedule.waiting import WALL_OFFSET, snapshot_of, whole
from tests.simulation import Simulation

FIVE_IN_SEVEN = RateLimit(slot_size=5, interval=7, linger=0, longest_pause=0)


def test_ids_on_their_way_to_the_disk_fill_the_next_slots_where_nothing_waits() -> None:
    snapshot = snapshot_of(FIVE_IN_SEVEN)
    assert [opens_after(snapshot, count) for count in (1, 5, 6, 11)] == [0, 0, 7, 14]


def test_room_that_comes_with_a_slot_that_may_open_now_comes_at_once() -> None:
    full = backlog_full(snapshot_of(FIVE_IN_SEVEN, [whole(1, 3)]), count=2, missing=1)
    assert (full.room, full.room_at, full.room_in) == (1, WALL_OFFSET, 0)


@given(running(), st.integers(1, 60))
def test_room_for_more_ids_comes_with_the_slot_that_releases_as_many(simulation: Simulation, count: int) -> None:
    released = 0
    for slot in simulation.engine.snapshot().slots():
        released += sum(len(batch.positions) for batch in slot.batches)
        if released >= count:
            assert opens_after(simulation.engine.snapshot(), count) == slot.opens
            return
    assert opens_after(simulation.engine.snapshot(), count) > max(s.opens for s in everything(simulation))


def everything(simulation: Simulation) -> Iterator[PlannedSlot]:
    """Yield the slots to come, and one before them all."""
    snapshot = simulation.engine.snapshot()
    yield PlannedSlot(snapshot.next_start - snapshot.rate.interval, ())
    yield from snapshot.slots()
