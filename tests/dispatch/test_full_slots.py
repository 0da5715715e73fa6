"""Slots that are filled with single ids, and slots of several batches."""

from dataclasses import replace
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_service.domain.model import Status
from ingest_service.domain.rate import RateLimit
from tests.simulation import SECOND, Simulation

FIVE = RateLimit(slot_size=5, interval=5 * SECOND, linger=0, longest_pause=0)
FULL = replace(FIVE, fills=True)

arrivals = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(["HIGH", "MEDIUM", "LOW"]), st.integers(1, 10)), max_size=12
)


def test_a_slot_takes_several_batches_and_none_is_split() -> None:
    simulation = Simulation(FIVE, batch_size=2)
    simulation.submit(range(1, 11))
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]


def test_a_full_slot_takes_the_next_ids_in_strict_order_and_nothing_is_overtaken() -> None:
    simulation = Simulation(FULL, batch_size=3)
    simulation.submit(range(1, 9))
    simulation.submit(range(11, 14))
    simulation.submit(range(21, 23), "HIGH")
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[21, 22, 1, 2, 3], [4, 5, 6, 7, 8], [11, 12, 13]]


def test_a_batch_that_was_split_is_triggered_from_its_first_id_until_each_has_an_outcome() -> None:
    simulation = Simulation(FULL, batch_size=3)
    ingestion = simulation.submit(range(1, 10))
    seen = []
    for _ in range(3):
        progress = simulation.service.reports.progress(ingestion)
        seen.append([progress.status_of(number) for number in range(3)])
        simulation.run_slot()
    waits, begun, done = Status.YET_TO_START, Status.TRIGGERED, Status.COMPLETED
    assert seen == [[waits, waits, waits], [done, begun, waits], [done, done, done]]


def test_a_batch_that_was_split_had_one_attempt() -> None:
    simulation = Simulation(FULL, batch_size=3)
    ingestion = simulation.submit(range(1, 10))
    simulation.run()
    batches = simulation.service.reports.batches(ingestion, after=-1, limit=10).batches
    assert [batch.attempts for batch in batches] == [1, 1, 1]


@settings(max_examples=40)
@given(arrivals, st.integers(2, 6), st.data())
def test_on_a_busy_service_filling_never_starts_an_id_later_than_whole_batches_do(
    wanted: list[tuple[int, str, int]], slot_size: int, data: st.DataObject
) -> None:
    batch_size = data.draw(st.integers(1, slot_size))
    whole, full = (starts(RateLimit(slot_size, 5, 0, 0, fills), batch_size, wanted) for fills in (False, True))
    assert all(full[record_id] <= start for record_id, start in whole.items())


def starts(rate: RateLimit, batch_size: int, wanted: list[tuple[int, str, int]]) -> dict[int, int]:
    """Return when each id started, while a long ingestion keeps the service busy."""
    simulation = Simulation(rate, lambda _: 1, batch_size=batch_size)
    simulation.submit_at(0, range(1000, 1000 + 20 * slot_count(wanted)), "LOW")
    numbers = count(1)
    for time, priority, ids in wanted:
        simulation.submit_at(time, [next(numbers) for _ in range(ids)], priority)
    simulation.run()
    return {record_id: start for record_id, start, _ in simulation.upstream.calls}


def slot_count(wanted: list[tuple[int, str, int]]) -> int:
    """Return more slots than all of these and the times between them need."""
    return 10 + sum(ids for *_, ids in wanted)
