"""The rule by which a replica waits, for any order of events."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_service.stores.postgres.sight import SeenSlot, Sight, SlotTimes
from tests.stores.postgres.replicas_model import NONE, ModelReplica, World

INTERVAL, GRANT, TIMEOUT = 100, 40, 150
TIMES = SlotTimes(GRANT, TIMEOUT, INTERVAL)

Step = tuple[int, str, int]
EVENTS = ["go on"] * 30 + ["no answer", "restart", "fail over", "lose"]
# The first replica does most, the last one is as good as stopped.
REPLICAS = [0] * 6 + [1] * 3 + [2]
# Time mostly passes in small steps, now and then in one that is as long as a wait.
PASSES = st.one_of(st.integers(0, 9), st.integers(0, 30), st.integers(0, INTERVAL))
STEPS = st.lists(st.tuples(st.sampled_from(REPLICAS), st.sampled_from(EVENTS), PASSES), min_size=40, max_size=120)


def play(steps: list[Step]) -> World:
    world = World()
    world.replicas = [ModelReplica(world, shift, TIMES) for shift in (0, 5_000, -70_000)]
    for step in steps:
        world.step(*step)
    return world


def check(steps: list[Step]) -> None:
    closest = play(steps).closest_starts()
    assert closest is None or closest >= INTERVAL


@given(STEPS)
def test_no_two_slots_start_calls_closer_than_an_interval(steps: list[Step]) -> None:
    check(steps)


@pytest.mark.slow
@settings(max_examples=20_000)
@given(STEPS)
def test_no_two_slots_start_calls_closer_than_an_interval_in_20000_runs(steps: list[Step]) -> None:
    check(steps)


SLOT = SeenSlot(7, None, True, 30, TIMES, "1")


def seen(slot: SeenSlot, at: int = 1000) -> Sight:
    sight = Sight(TIMES)
    sight.note(NONE, 0)
    sight.note(slot, at)
    return sight


def test_an_open_slot_is_lost_once_its_grant_and_then_its_calls_or_an_interval_are_over() -> None:
    is_open = replace(SLOT, is_closed=False)
    assert seen(is_open, at=1000).due == 1000 + GRANT + TIMEOUT
    patient = SlotTimes(GRANT, TIMEOUT, interval=TIMEOUT + 7)
    assert seen(replace(is_open, times=patient), at=1000).due == 1000 + GRANT + TIMEOUT + 7


def test_after_an_open_slot_the_next_one_is_expected_as_if_it_ended_well_where_its_owner_is_alive() -> None:
    sight = seen(replace(SLOT, is_closed=False))
    assert sight.next_start(will_be_closed=True) == 1000 + INTERVAL
    assert sight.next_start(will_be_closed=False) == sight.due == 1000 + TIMES.until_lost


def test_after_a_closed_slot_the_next_one_is_expected_when_it_may_open() -> None:
    sight = seen(SLOT)
    assert sight.next_start(will_be_closed=True) == sight.due == 1000 + INTERVAL - SLOT.age
