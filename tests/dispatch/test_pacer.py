"""The pacer: never early, never catching up, and sure of nothing it cannot prove."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.dispatch.pacer import Pacer
from ingest_service.dispatch.recovery import first_start
from ingest_service.domain.ledger import LastSlot
from tests.simulation import FIVE_SECONDS, SECOND, Simulation

PROVEN = LastSlot(number=7, boot="b", started=100, trusted=True)


@given(st.integers(1, 100), st.lists(st.integers(0, 1000), min_size=1))
def test_starts_are_never_closer_than_the_interval_however_late_each_is(
    interval: int, lateness: list[int]
) -> None:
    pacer = Pacer(interval, first_start=0)
    starts = []
    for late in lateness:
        starts.append(pacer.next_start + late)
        pacer.started(starts[-1])
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert gaps == [interval + late for late in lateness[1:]]


def test_a_start_that_is_reported_again_and_later_counts() -> None:
    pacer = Pacer(10, first_start=0)
    pacer.started(5)
    pacer.started(8)
    assert pacer.next_start == 18


def test_a_start_that_is_reported_again_and_earlier_does_not_count() -> None:
    pacer = Pacer(10, first_start=0)
    pacer.started(8)
    pacer.started(5)
    assert pacer.next_start == 18


def test_the_lag_follows_what_the_slots_take_and_a_single_late_one_hardly_moves_it() -> None:
    pacer = Pacer(10, first_start=0)
    for _ in range(100):
        pacer.note(800, took=5)
    assert 790 <= pacer.lag <= 800
    pacer.note(8000, took=7)
    assert pacer.lag < 1800
    assert pacer.took == 7


def test_before_the_first_slot_nothing_was_late_nothing_took_time_and_there_was_no_pause() -> None:
    pacer = Pacer(10, first_start=0)
    assert (pacer.lag, pacer.took, pacer.paused_until) == (0, 0, 0)


def test_a_proven_ledger_sets_the_first_start_one_interval_after_its_last_call() -> None:
    assert first_start(PROVEN, "b", now=103, interval=10) == 110


def test_an_empty_ledger_lets_the_first_slot_open_at_once() -> None:
    assert first_start(None, "b", now=103, interval=10) == 103


@pytest.mark.parametrize(
    ("last", "boot"),
    [
        pytest.param(replace(PROVEN, boot="other"), "b", id="a reboot"),
        pytest.param(replace(PROVEN, boot=""), "", id="a machine that cannot name its boot"),
        pytest.param(replace(PROVEN, trusted=False), "b", id="a restored backup"),
        pytest.param(replace(PROVEN, started=None), "b", id="a slot that was never closed"),
        pytest.param(replace(PROVEN, started=104), "b", id="a start in the future"),
    ],
)
def test_in_any_doubt_the_first_slot_waits_one_whole_interval(last: LastSlot, boot: str) -> None:
    assert first_start(last, boot, now=103, interval=10) == 113


def test_a_slot_that_opens_late_because_somebody_paused_is_not_late() -> None:
    simulation = Simulation()
    simulation.service.pause()
    simulation.submit_at(0, [1, 2, 3])
    simulation.clock.at(simulation.began + 60 * SECOND, simulation.service.resume)
    simulation.run()
    assert simulation.observer.slots == [(3, 0)]
    assert simulation.engine.snapshot().rate == FIVE_SECONDS
