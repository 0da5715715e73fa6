"""Random arrivals: the scheduler and an independent model of the laws open the same slots."""

from dataclasses import dataclass
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from ingest_service.domain import Priority
from ingest_service.pacer import Pace
from tests.laws import most_in_work, most_starts_in_a_span
from tests.simulation import Simulation

Slots = list[tuple[int, list[int]]]


@dataclass(frozen=True)
class Arrival:
    time: int
    priority: Priority
    ids: tuple[int, ...]


@st.composite
def arrivals(draw: st.DrawFn) -> list[Arrival]:
    """Ids are unique over all arrivals, so that what was lost or doubled shows."""
    times = sorted(draw(st.lists(st.integers(0, 60), max_size=12)))
    numbers = count(1)
    return [
        Arrival(
            time,
            draw(st.sampled_from(Priority)),
            tuple(next(numbers) for _ in range(draw(st.integers(1, 10)))),
        )
        for time in times
    ]


paces = st.builds(Pace, st.integers(1, 4), st.integers(1, 9), st.integers(0, 9), st.just(0))
latencies = st.lists(st.integers(0, 20), min_size=1, max_size=7)


def model(arrived: list[Arrival], latency: list[int], pace: Pace) -> Slots:
    """Open slots by the letter of the laws, batch by batch, without a queue and without a clock."""
    waiting = [
        (a.priority, sequence, first, a.time, a.ids[first : first + pace.slot_size])
        for sequence, a in enumerate(arrived)
        for first in range(0, len(a.ids), pace.slot_size)
    ]
    slots: Slots = []
    free = 0
    while waiting:
        opens = max(free, min(time for _, _, _, time, _ in waiting) + pace.linger)
        taken: list[int] = []
        for batch in sorted(batch for batch in waiting if batch[3] <= opens):
            if len(taken) + len(batch[4]) > pace.slot_size:
                break
            taken += batch[4]
            waiting.remove(batch)
        slots.append((opens, taken))
        free = opens + max(pace.interval, *(latency[i % len(latency)] for i in taken))
    return slots


def simulate(arrived: list[Arrival], latency: list[int], pace: Pace) -> Simulation:
    simulation = Simulation(pace, lambda record_id: latency[record_id % len(latency)])
    for arrival in arrived:
        simulation.submit_at(arrival.time, arrival.ids, arrival.priority.name)
    simulation.run()
    return simulation


@given(arrivals(), latencies, paces)
def test_the_model_of_the_laws_gives_the_same_slots(
    arrived: list[Arrival], latency: list[int], pace: Pace
) -> None:
    assert simulate(arrived, latency, pace).slots_seen() == model(arrived, latency, pace)


@given(arrivals(), latencies, paces)
def test_no_span_of_an_interval_has_more_starts_than_a_slot_has_room(
    arrived: list[Arrival], latency: list[int], pace: Pace
) -> None:
    calls = simulate(arrived, latency, pace).upstream.calls
    assert most_starts_in_a_span(calls, pace.interval) <= pace.slot_size


@given(arrivals(), latencies, paces)
def test_never_more_ids_are_in_work_than_a_slot_has_room(
    arrived: list[Arrival], latency: list[int], pace: Pace
) -> None:
    assert most_in_work(simulate(arrived, [1 + wait for wait in latency], pace).upstream.calls) <= pace.slot_size


@given(arrivals(), latencies, paces)
def test_nothing_is_lost_or_doubled(arrived: list[Arrival], latency: list[int], pace: Pace) -> None:
    called = [record_id for record_id, _, _ in simulate(arrived, latency, pace).upstream.calls]
    assert sorted(called) == sorted(record_id for arrival in arrived for record_id in arrival.ids)
