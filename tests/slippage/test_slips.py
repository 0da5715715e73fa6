"""Slips record by how much the end of an ingestion moved, and why."""

from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.domain.ledger import Answer, Slip
from ingest_service.domain.model import Priority
from ingest_service.domain.rate import Quota
from ingest_service.ports.records import SLIPS_KEPT
from ingest_service.schedule.snapshot import ScheduleSnapshot
from ingest_service.slippage.cause import CauseLog
from ingest_service.slippage.slips import LONGEST_REST, MOST_CAUSES, Slips
from tests.doubles import FlakyDatabase, good
from tests.engines.places import EmbeddedPlace
from tests.schedule.test_snapshot import planned_slots
from tests.simulation import FIVE_SECONDS, SECOND, Simulate, Simulation

BROKEN = Answer(error="HTTP 500", status=500, retryable=True)
INTERVAL = FIVE_SECONDS.interval


def submit(simulation: Simulation, count: int, priority: str) -> UUID:
    """Submit this number of ids, and write down the slips."""
    ingestion_id = simulation.submit(range(1, count + 1), priority)
    simulation.write_down_slips()
    return ingestion_id


def slips(simulation: Simulation, ingestion_id: UUID) -> list[Slip]:
    return list(simulation.service.reports.ingestion(ingestion_id).slips)


def moved(simulation: Simulation, ingestion_id: UUID) -> list[tuple[int, int, str]]:
    return [(slip.slots, slip.nanoseconds, slip.cause) for slip in slips(simulation, ingestion_id)]


def test_a_later_more_urgent_arrival_is_a_slip_of_those_behind_it_only(simulation: Simulation) -> None:
    low, high = submit(simulation, 5, "LOW"), submit(simulation, 3, "HIGH")
    second = submit(simulation, 6, "HIGH")
    assert moved(simulation, high) == moved(simulation, second) == []
    assert moved(simulation, low) == [
        (2, 2 * INTERVAL, f"ingestion {second}, HIGH"),
        (1, INTERVAL, f"ingestion {high}, HIGH"),
    ]
    assert slips(simulation, low)[0].at == simulation.clock.wall()


def test_an_arrival_that_fits_into_a_hole_moves_nobody(simulation: Simulation) -> None:
    low = submit(simulation, 5, "LOW")
    submit(simulation, 4, "HIGH")
    before = moved(simulation, low)
    submit(simulation, 2, "HIGH")
    assert moved(simulation, low) == before


def test_the_time_of_a_slip_goes_across_the_gap_that_a_quota_makes() -> None:
    rate = replace(FIVE_SECONDS, quotas=(Quota(9, 60 * SECOND),))
    simulation = Simulation(rate)
    low = submit(simulation, 9, "LOW")
    submit(simulation, 3, "HIGH")
    assert moved(simulation, low)[0][:2] == (1, 50 * SECOND)
    submit(simulation, 3, "HIGH")
    assert moved(simulation, low)[0][:2] == (1, 5 * SECOND)


def test_a_retry_that_takes_a_slot_of_its_own_is_a_slip(simulate: Simulate) -> None:
    simulation = simulate(latency=lambda _: 0, answer=lambda i, n: BROKEN if (i, n) == (1, 1) else good(i, n))
    first, low = submit(simulation, 3, "HIGH"), submit(simulation, 9, "LOW")
    simulation.run_slot()
    simulation.write_down_slips()
    assert moved(simulation, low) == [(1, INTERVAL, f"ids of ingestion {first} are called again")]


def test_a_pause_of_the_upstream_is_a_slip_of_everybody_who_waits(simulate: Simulate) -> None:
    busy = Answer(error="HTTP 429", status=429, retryable=False, pause=30 * SECOND)
    simulation = simulate(latency=lambda _: 0, answer=lambda i, n: busy if i == 1 else good(i, n))
    low = submit(simulation, 9, "LOW")
    simulation.run_slot()
    simulation.write_down_slips()
    assert moved(simulation, low) == [(0, 25 * SECOND, "the upstream asked for a pause")]


def test_an_operators_pause_is_a_slip_once_it_is_over(simulation: Simulation) -> None:
    low = submit(simulation, 9, "LOW")
    simulation.service.pause()
    simulation.clock.time += 60 * SECOND
    simulation.service.resume()
    simulation.write_down_slips()
    assert moved(simulation, low) == [(0, 60 * SECOND, "an operator's pause")]


def test_somebody_elses_new_priority_is_a_slip(simulation: Simulation) -> None:
    medium, low = submit(simulation, 3, "MEDIUM"), submit(simulation, 6, "LOW")
    simulation.service.reprioritise(low, simulation.service.reports.progress(medium).ingestion.priority.HIGH)
    simulation.write_down_slips()
    assert moved(simulation, medium) == [(2, 2 * INTERVAL, f"ingestion {low}, now HIGH")]
    assert moved(simulation, low) == []


def test_what_happens_together_shares_a_slip_and_only_the_first_causes_are_named(simulation: Simulation) -> None:
    low = submit(simulation, 3, "LOW")
    ids = [simulation.submit([1, 2, 3], "HIGH") for _ in range(MOST_CAUSES + 2)]
    simulation.write_down_slips()
    named = "; ".join(f"ingestion {one}, HIGH" for one in ids[:MOST_CAUSES])
    assert moved(simulation, low) == [(5, 5 * INTERVAL, f"{named}; and 2 more")]


def test_a_cause_that_comes_again_is_named_once(simulate: Simulate) -> None:
    simulation = simulate(latency=lambda _: 0, answer=lambda i, n: BROKEN if n == 1 else good(i, n))
    first, low = submit(simulation, 6, "HIGH"), submit(simulation, 3, "LOW")
    simulation.run_slot()
    simulation.run_slot()
    simulation.write_down_slips()
    assert moved(simulation, low)[0][2] == f"ids of ingestion {first} are called again"


def test_a_round_that_waited_for_the_store_is_followed_by_another_after_a_minute() -> None:
    simulation, causes = Simulation(), CauseLog()

    def waiting_snapshot() -> ScheduleSnapshot:
        simulation.clock.time += 10 * SECOND
        return simulation.engine.snapshot()

    slips = Slips(simulation.records, waiting_snapshot, causes, simulation.clock, 0, simulation.observer)
    causes.bell.set()
    began = simulation.clock.time
    assert slips.run_once()
    assert simulation.clock.time == began + 10 * SECOND + LONGEST_REST


def test_only_what_goes_first_is_named_as_the_cause(simulation: Simulation) -> None:
    medium = submit(simulation, 3, "MEDIUM")
    high, _ = simulation.submit([1, 2, 3], "HIGH"), simulation.submit([1, 2, 3], "LOW")
    simulation.write_down_slips()
    assert moved(simulation, medium) == [(1, INTERVAL, f"ingestion {high}, HIGH")]


def test_the_latest_slips_are_kept_and_no_more(simulation: Simulation) -> None:
    low = submit(simulation, 3, "LOW")
    highs = [submit(simulation, 3, "HIGH") for _ in range(SLIPS_KEPT + 5)]
    causes = [cause for _, _, cause in moved(simulation, low)]
    assert causes == [f"ingestion {one}, HIGH" for one in reversed(highs[5:])]


def test_slots_that_open_and_calls_that_succeed_are_no_slips(simulate: Simulate) -> None:
    simulation = simulate(latency=lambda _: 9 * SECOND)
    first = submit(simulation, 9, "HIGH")
    low = submit(simulation, 9, "LOW")
    for _ in range(4):
        simulation.run_slot()
    submit(simulation, 3, "LOW")
    assert moved(simulation, low) == moved(simulation, first) == []


def test_a_deadline_that_passes_while_calls_take_long_is_noticed_when_it_passes(
    simulate: Simulate,
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulation = simulate(latency=lambda _: 60 * SECOND)
    deadline = simulation.clock.wall() + 12 * SECOND
    simulation.service.submit(range(1, 7), Priority.LOW, deadline)
    simulation.write_down_slips()
    simulation.run_slot()
    assert simulation.observer.broken_deadlines == 0
    simulation.write_down_slips()
    assert simulation.observer.broken_deadlines == 1
    assert "can no longer be met" in caplog.text


def test_slips_that_cannot_be_written_down_do_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    database = FlakyDatabase()
    simulation = Simulation(place=EmbeddedPlace(database))
    low = submit(simulation, 3, "LOW")
    simulation.submit([1, 2, 3], "HIGH")
    database.refusals = 1
    simulation.write_down_slips()
    assert "slips are not written down: the database could not be written" in caplog.text
    second = submit(simulation, 3, "HIGH")
    assert moved(simulation, low) == [(1, INTERVAL, f"ingestion {second}, HIGH")]


arrivals = st.lists(
    st.tuples(st.integers(1, 90), st.sampled_from(["HIGH", "MEDIUM", "LOW"]), st.integers(1, 10)),
    max_size=15,
    unique_by=lambda arrival: arrival[0],
)


@given(st.integers(1, 20), arrivals)
def test_the_slips_are_exactly_by_how_much_the_end_came_later(
    count: int, later: list[tuple[int, str, int]]
) -> None:
    simulation = Simulation(latency=lambda _: 0)
    ids = range(1001, 1001 + count)
    simulation.submit([1, 2, 3, 4], "MEDIUM")
    watched = simulation.submit(ids, "MEDIUM")
    simulation.write_down_slips()
    promised = last_slot(ids, [called for _, called in planned_slots(simulation)])
    for second, priority, size in later:
        arrives = partial(submit, simulation, size, priority)
        simulation.clock.at(simulation.began + second * SECOND, arrives)
    simulation.run()
    kept = last_slot(ids, [called for _, called in simulation.slots_opened()])
    assert sum(slip.slots for slip in slips(simulation, watched)) == kept - promised


def last_slot(ids: range, slots: list[list[int]]) -> int:
    return max(number for number, called in enumerate(slots) if set(called) & set(ids))
