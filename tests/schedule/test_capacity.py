"""The backlog has room once enough ids have been released."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from ingest_service.schedule.capacity import opens_after
from ingest_service.schedule.planned import PlannedSlot
from tests.schedule.test_snapshot import running
from tests.simulation import Simulation


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
