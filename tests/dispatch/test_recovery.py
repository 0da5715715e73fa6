"""A start after a stop or a crash, on the virtual clock."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.domain.ledger import Outcome, Slot
from ingest_service.domain.model import Status
from ingest_service.domain.rate import Quota, RateLimit
from ingest_service.errors import SettingError
from tests.engines.places import EmbeddedPlace
from tests.engines.wiring import PASSING
from tests.laws import most_starts_in_a_span
from tests.simulation import FIVE_SECONDS, SECOND, Simulation

LINGER = FIVE_SECONDS.linger


def crash_before_the_calls(simulation: Simulation) -> Slot:
    """Open a slot and write it down; the process is gone before a single call."""
    slot = simulation.engine.open()
    assert slot is not None
    return slot


def crash_after_the_calls(simulation: Simulation) -> Slot:
    """Open a slot and make its calls; the process is gone before their outcomes are written down."""
    slot = crash_before_the_calls(simulation)
    for record_id in slot.ids:
        simulation.upstream.fetch(record_id, slot.until)
    return slot


def test_a_clean_restart_opens_its_first_slot_one_interval_after_the_last() -> None:
    simulation = Simulation()
    simulation.submit_at(0, [1, 2, 3, 4, 5])
    simulation.dispatcher.run_once()
    simulation.start()
    simulation.run()
    assert simulation.slots_seen() == [(LINGER, [1, 2, 3]), (LINGER + 5 * SECOND, [4, 5])]


def test_a_slot_whose_calls_asked_for_no_pause_leaves_none_behind() -> None:
    place = EmbeddedPlace()
    simulation = Simulation(place=place)
    simulation.submit([1])
    simulation.run_slot()
    assert place.journal.paused_until() == 0


def test_after_a_reboot_the_first_slot_waits_one_whole_interval() -> None:
    simulation = Simulation()
    simulation.submit_at(0, [1, 2, 3, 4, 5])
    simulation.dispatcher.run_once()
    simulation.clock.boot_name = "another boot"
    simulation.clock.time = 7 * SECOND
    simulation.start()
    simulation.dispatcher.run_once()
    assert simulation.upstream.calls[-1][1] == 12 * SECOND


TWO_SLOTS_A_MINUTE = replace(FIVE_SECONDS, quotas=(Quota(6, 60 * SECOND),))


def test_after_a_reboot_a_quota_counts_by_the_wall_clock() -> None:
    simulation = Simulation(TWO_SLOTS_A_MINUTE)
    simulation.submit_at(0, range(1, 10))
    for _ in range(2):
        simulation.dispatcher.run_once()
    reboot(simulation, off_for=20 * SECOND)
    simulation.run()
    (first, _), _, (third, _) = simulation.slots_opened()
    assert third == first + 60 * SECOND


def test_after_a_reboot_a_slot_in_the_future_counts_as_now() -> None:
    simulation = Simulation(TWO_SLOTS_A_MINUTE)
    simulation.submit_at(0, range(1, 10))
    for _ in range(2):
        simulation.dispatcher.run_once()
    reboot(simulation, off_for=-3600 * SECOND)
    restarted = simulation.clock.now()
    simulation.run()
    assert simulation.upstream.calls[-1][1] == restarted + 60 * SECOND


def test_slots_that_an_older_copy_has_lost_count_as_now() -> None:
    place = EmbeddedPlace()
    simulation = Simulation(TWO_SLOTS_A_MINUTE, place=place)
    simulation.submit_at(0, range(1, 10))
    simulation.dispatcher.run_once()
    place.database.record(3, simulation.clock.now())
    simulation.start()
    restarted = simulation.clock.now()
    simulation.run()
    assert simulation.upstream.calls[3][1] == restarted + 60 * SECOND


def reboot(simulation: Simulation, off_for: int) -> None:
    """Let the machine start again; by the wall clock it was off for this time."""
    up, wall = 7 * SECOND, simulation.clock.wall() + off_for
    simulation.clock.boot_name, simulation.clock.time = "another boot", up
    simulation.clock.wall_offset += wall - simulation.clock.wall()
    simulation.start()


def test_after_a_crash_in_an_open_slot_the_first_slot_waits_one_whole_interval() -> None:
    simulation = Simulation()
    simulation.submit_at(0, [1, 2, 3])
    crash_after_the_calls(simulation)
    restarted = simulation.clock.now()
    simulation.start()
    simulation.run()
    assert [start for _, start, _ in simulation.upstream.calls][-1] == restarted + 5 * SECOND


def test_an_empty_ledger_has_nothing_to_wait_for() -> None:
    simulation = Simulation()
    simulation.submit_at(0, [1])
    simulation.run()
    assert simulation.slots_seen() == [(LINGER, [1])]


def test_the_calls_of_the_open_slot_are_made_again_and_no_others() -> None:
    simulation = Simulation()
    simulation.submit([1, 2, 3, 4, 5, 6, 7])
    simulation.dispatcher.run_once()
    crash_after_the_calls(simulation)
    simulation.start()
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()][-2:] == [[4, 5, 6], [7]]
    assert sorted(i for i, _, _ in simulation.upstream.calls) == [1, 2, 3, 4, 4, 5, 5, 6, 6, 7]


def test_an_interrupted_batch_stays_triggered_and_comes_back_at_its_old_place() -> None:
    simulation = Simulation()
    ingestion = simulation.submit([1, 2, 3, 4, 5], "LOW")
    crash_before_the_calls(simulation)
    simulation.start()
    simulation.submit([6, 7, 8], "LOW")
    assert simulation.service.reports.progress(ingestion).status is Status.TRIGGERED
    simulation.submit([9], "HIGH")
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[9], [1, 2, 3], [4, 5], [6, 7, 8]]


def test_batches_larger_than_a_slot_stop_the_start_with_a_sentence() -> None:
    simulation = Simulation()
    ingestion = simulation.submit([1, 2, 3])
    simulation.rate = RateLimit(2, 5 * SECOND, 0, 0)
    with pytest.raises(SettingError) as caught:
        simulation.start()
    assert str(caught.value) == (
        f"slots of 2 (INGEST_SLOT_SIZE, or the shortest of INGEST_LIMITS) are not allowed: ingestion {ingestion} "
        "waits in batches of 3; allowed is 3 or more until it is done"
    )


def test_larger_batches_behind_the_rest_of_one_stop_the_start_too() -> None:
    place = EmbeddedPlace()
    simulation = Simulation(place=place)
    ingestion = simulation.submit([1, 2, 3, 4, 5, 6])
    ((entry, _),) = place.journal.waiting(0)
    one, _ = entry.split(1)
    slot = Slot(1, "this boot", 0, 0, (one,), (1,))
    place.journal.open_slot(slot)
    place.journal.close_slot(slot, [Outcome(1)], started=0, lag=0, paused_until=None)
    simulation.rate = RateLimit(2, 5 * SECOND, 0, 0)
    with pytest.raises(SettingError, match=f"ingestion {ingestion} waits in batches of 3"):
        simulation.start()


def test_a_larger_batch_that_is_called_again_later_stops_the_start_too() -> None:
    simulation = Simulation(answer=lambda *_: PASSING)
    ingestion = simulation.submit([1, 2, 3])
    simulation.run_slot()
    simulation.rate = RateLimit(2, 5 * SECOND, 0, 0)
    with pytest.raises(SettingError, match=f"ingestion {ingestion} waits in batches of 3"):
        simulation.start()


def test_the_rest_of_a_batch_that_just_fits_into_a_smaller_slot_is_called() -> None:
    simulation = Simulation()
    simulation.submit([1, 2, 3, 4, 5])
    simulation.run_slot()
    simulation.rate = RateLimit(2, 5 * SECOND, 0, 0)
    simulation.start()
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[1, 2, 3], [4, 5]]


def test_batches_smaller_than_a_slot_share_it() -> None:
    simulation = Simulation()
    simulation.submit([1, 2, 3, 4, 5, 6, 7])
    simulation.rate = RateLimit(6, 5 * SECOND, 0, 0)
    simulation.start()
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[1, 2, 3, 4, 5, 6], [7]]


events = st.lists(
    st.tuples(st.sampled_from(["slot", "stop", "before", "after", "reboot"]), st.integers(0, 9)), max_size=12
)


def live_through(simulation: Simulation, event: str, pause: int) -> int:
    """Let a process live for one slot and end as the event says; return how many calls may be repeated."""
    repeats = 0
    if event in ("slot", "stop"):
        simulation.dispatcher.run_once()
    elif event == "before":
        crash_before_the_calls(simulation)
    else:
        repeats = len(crash_after_the_calls(simulation).ids)
    simulation.clock.time += pause
    if event == "reboot":
        simulation.clock.boot_name += " and another"
    if event != "slot":
        simulation.start()
    return repeats


@given(events, st.integers(0, 5))
def test_no_crash_loses_an_id_or_repeats_more_than_its_open_slot_or_breaks_the_pace(
    lives: list[tuple[str, int]], latency: int
) -> None:
    rate = RateLimit(3, 7, 1, 0, quotas=(Quota(5, 30), Quota(12, 100)))
    simulation = Simulation(rate, lambda _: latency)
    ids = list(range(1, 3 * len(lives) + 2))
    ingestion = simulation.submit(ids)
    repeats = sum(live_through(simulation, event, pause) for event, pause in lives)
    simulation.run()
    called = [record_id for record_id, _, _ in simulation.upstream.calls]
    assert set(called) == set(ids)
    assert len(called) == len(ids) + repeats
    assert simulation.service.reports.progress(ingestion).status is Status.COMPLETED
    assert [outcome.record_id for outcome in simulation.outcomes(ingestion)] == ids
    for limit in rate.limits:
        assert most_starts_in_a_span(simulation.upstream.calls, limit.window) <= limit.ids
