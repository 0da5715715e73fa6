"""The laws of scheduling, on the virtual clock."""

from dataclasses import replace

import pytest

from ingest_service.domain.rate import Quota
from tests.doubles import SlowDisk
from tests.engines.places import EmbeddedPlace
from tests.simulation import FIVE_SECONDS, SECOND, Simulate, Simulation

LINGER = FIVE_SECONDS.linger


def test_the_example_of_the_specification_runs_slot_by_slot(simulation: Simulation) -> None:
    simulation.submit_at(0, [1, 2, 3, 4, 5], "MEDIUM")
    simulation.submit_at(4 * SECOND, [6, 7, 8, 9], "HIGH")
    simulation.run()
    assert simulation.slots_seen() == [
        (LINGER, [1, 2, 3]),
        (LINGER + 5 * SECOND, [6, 7, 8]),
        (LINGER + 10 * SECOND, [9, 4, 5]),
    ]


def test_a_high_that_arrives_in_the_last_moment_of_the_wait_goes_first(simulation: Simulation) -> None:
    simulation.submit_at(0, [1, 2, 3, 4, 5, 6], "LOW")
    simulation.submit_at(LINGER + 5 * SECOND, [7, 8, 9], "HIGH")
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[1, 2, 3], [7, 8, 9], [4, 5, 6]]


def test_a_high_right_behind_a_low_on_an_idle_service_goes_first(simulation: Simulation) -> None:
    simulation.submit_at(0, [1, 2, 3], "LOW")
    simulation.submit_at(SECOND // 20, [4, 5, 6], "HIGH")
    simulation.run()
    assert simulation.slots_seen() == [(LINGER, [4, 5, 6]), (LINGER + 5 * SECOND, [1, 2, 3])]


def test_submissions_made_together_on_an_idle_service_share_a_slot(simulation: Simulation) -> None:
    simulation.submit_at(0, [1], "LOW")
    simulation.submit_at(SECOND // 20, [2], "HIGH")
    simulation.submit_at(SECOND // 10, [3], "MEDIUM")
    simulation.run()
    assert simulation.slots_seen() == [(LINGER, [2, 3, 1])]


def test_a_busy_service_does_not_linger(simulation: Simulation) -> None:
    simulation.submit_at(0, [1, 2, 3, 4], "LOW")
    simulation.submit_at(LINGER + 5 * SECOND - 1, [5, 6], "LOW")
    simulation.run()
    assert simulation.slots_seen() == [(LINGER, [1, 2, 3]), (LINGER + 5 * SECOND, [4, 5, 6])]


def test_a_batch_is_never_overtaken_to_fill_a_hole(simulation: Simulation) -> None:
    for ids in ([1, 2], [3, 4], [5]):
        simulation.submit(ids)
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[1, 2], [3, 4, 5]]


def test_equal_priorities_run_in_the_order_of_their_acceptance(simulation: Simulation) -> None:
    for first in (30, 10, 20):
        simulation.submit([first, first + 1, first + 2])
    simulation.run()
    assert [ids[0] for _, ids in simulation.slots_seen()] == [30, 10, 20]


def test_duplicate_ids_are_called_as_often_and_in_the_order_given(simulation: Simulation) -> None:
    simulation.submit([3, 3, 1, 3])
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[3, 3, 1], [3]]


def test_a_late_slot_moves_the_following_ones(simulate: Simulate) -> None:
    simulation = simulate(latency=lambda record_id: 7 * SECOND if record_id == 2 else SECOND)
    simulation.submit_at(0, range(1, 10))
    simulation.run()
    starts = [start - LINGER for start, _ in simulation.slots_seen()]
    assert starts == [0, 7 * SECOND, 12 * SECOND]


def test_the_next_slot_waits_until_every_call_of_the_one_before_has_ended(simulate: Simulate) -> None:
    simulation = simulate(latency=lambda record_id: 60 * SECOND if record_id == 3 else 0)
    simulation.submit_at(0, [1, 2, 3, 4])
    simulation.run()
    assert simulation.slots_seen()[1] == (LINGER + 60 * SECOND, [4])


def test_the_interval_counts_from_the_last_call_that_really_started(simulation: Simulation) -> None:
    simulation.clock.thread_lag = SECOND // 10
    simulation.submit_at(0, [1, 2, 3, 4])
    simulation.run()
    starts = [start - simulation.began - LINGER for _, start, _ in simulation.upstream.calls]
    assert starts == [0, SECOND // 10, SECOND // 5, SECOND // 5 + 5 * SECOND]


def test_the_interval_counts_from_after_the_commit_however_long_that_took() -> None:
    simulation = Simulation(place=EmbeddedPlace(SlowDisk()))
    simulation.submit_at(0, [1, 2, 3, 4])
    simulation.run()
    starts = [start - LINGER for start, _ in simulation.slots_seen()]
    assert starts == [SECOND, 7 * SECOND]


def test_an_idle_hour_gives_no_right_to_catch_up(simulation: Simulation) -> None:
    simulation.submit_at(0, [1])
    simulation.submit_at(3600 * SECOND, range(2, 11))
    simulation.run()
    starts = [start - 3600 * SECOND - LINGER for start, _ in simulation.slots_seen()[1:]]
    assert starts == [0, 5 * SECOND, 10 * SECOND]


@pytest.mark.parametrize(("engine_kind", "slots"), [("embedded", 17_280), ("postgres", 60)])
def test_a_day_of_slots_drifts_by_nothing_and_neither_do_five_minutes(simulation: Simulation, slots: int) -> None:
    simulation.submit_at(0, range(1, 3 * slots + 1))
    simulation.run()
    last_start, _ = simulation.slots_seen()[-1]
    assert last_start == LINGER + (slots - 1) * 5 * SECOND


def test_nothing_is_called_after_a_stop(simulation: Simulation) -> None:
    simulation.submit([1, 2, 3])
    simulation.engine.stop()
    simulation.engine.stop()
    assert not simulation.dispatcher.run_once()
    assert simulation.upstream.calls == []


def test_a_stop_ends_the_wait_for_a_slot_at_once(simulation: Simulation) -> None:
    simulation.submit_at(0, [1, 2, 3, 4])
    simulation.clock.at(simulation.began + 2 * SECOND, simulation.engine.stop)
    simulation.run()
    assert simulation.clock.now() - simulation.began == 2 * SECOND
    assert [ids for _, ids in simulation.slots_seen()] == [[1, 2, 3]]


@pytest.mark.parametrize("quotas", [(), (Quota(100, 60 * SECOND),)], ids=["no quota", "a quota with room"])
def test_what_arrives_behind_others_does_not_wake_the_dispatcher_where_no_quota_holds_a_slot_up(
    quotas: tuple[Quota, ...],
) -> None:
    simulation = Simulation(replace(FIVE_SECONDS, quotas=quotas))
    simulation.submit([1, 2, 3, 4])
    simulation.run_slot()
    simulation.submit_at(2 * SECOND, [5], "LOW")
    looks: list[int | None] = []
    slot = simulation.engine.open(looks.append)
    assert slot is not None
    # It waits until shortly before the slot, prepares it, and waits until it opens.
    assert looks == [slot.opened] * 2
