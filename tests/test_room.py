"""When the backlog will have room is when enough ids have been released."""

from hypothesis import given
from hypothesis import strategies as st

from ingest_service.room import opens_after
from tests.simulation import Simulation
from tests.test_schedule import running


@given(running(), st.integers(1, 60))
def test_room_for_more_ids_comes_with_the_slot_that_releases_as_many(simulation: Simulation, count: int) -> None:
    released, expected = 0, None
    for slot in simulation.gate.outlook().slots():
        released += sum(len(batch.positions) for batch in slot.batches)
        if expected is None and released >= count:
            expected = slot.opens
    assert opens_after(simulation.gate.outlook(), count) == expected
