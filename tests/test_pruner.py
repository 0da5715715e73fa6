"""History is forgotten when it is old enough, in steps, and nothing that waits ever is."""

from itertools import pairwise
from uuid import UUID

import pytest

from ingest_service.domain.model import Priority
from ingest_service.errors import IngestionNotFound, KeyReused
from ingest_service.pruner import BETWEEN_ROUNDS, BETWEEN_STEPS, DAY, Pruner
from tests.doubles import FlakyDatabase
from tests.engines.places import EmbeddedPlace
from tests.simulation import SECOND, Simulation

KEEP = 30 * DAY
HOUR = DAY // 24


def known(simulation: Simulation, ingestion_id: UUID) -> bool:
    try:
        simulation.service.reports.progress(ingestion_id)
    except IngestionNotFound:
        return False
    return True


def begun(simulation: Simulation) -> Pruner:
    """Return a pruner as after a start at this time."""
    pruner = Pruner(simulation.records, simulation.clock, KEEP)
    pruner.look()
    return pruner


def sweep(simulation: Simulation, pruner: Pruner) -> None:
    """Take steps until there is nothing more to do for this time."""
    while True:
        began = simulation.clock.now()
        assert pruner.run_once()
        if simulation.clock.now() - began == BETWEEN_ROUNDS:
            return
        assert simulation.clock.now() - began == BETWEEN_STEPS


def left_hour_by_hour(simulation: Simulation, pruner: Pruner, history: list[UUID], hours: int) -> list[int]:
    """Return how many of these ingestions are left after each hour."""
    left = []
    for _ in range(hours):
        for _ in range(HOUR // BETWEEN_ROUNDS):
            sweep(simulation, pruner)
        left.append(sum(known(simulation, each) for each in history))
    return left


def test_an_ingestion_is_kept_for_as_long_as_it_should_be_and_then_forgotten(simulation: Simulation) -> None:
    pruner = begun(simulation)
    ended = simulation.submit([1, 2, 3, 4])
    simulation.run()
    simulation.clock.time += KEEP - DAY
    sweep(simulation, pruner)
    assert known(simulation, ended)
    simulation.clock.time += DAY
    sweep(simulation, pruner)
    assert not known(simulation, ended)


def test_what_waits_is_never_forgotten_however_old_it_is(simulation: Simulation) -> None:
    pruner = begun(simulation)
    simulation.service.pause()
    waits = simulation.submit([1, 2, 3])
    simulation.clock.time += 10 * KEEP
    sweep(simulation, pruner)
    assert known(simulation, waits)


def test_an_idempotency_key_is_kept_for_a_day_and_then_forgotten(simulation: Simulation) -> None:
    pruner = begun(simulation)
    simulation.service.submit([1], Priority.LOW, key="once")
    simulation.clock.time += DAY - BETWEEN_ROUNDS - 1
    sweep(simulation, pruner)
    with pytest.raises(KeyReused, match="once was sent before with other ids"):
        simulation.service.submit([2], Priority.LOW, key="once")
    simulation.clock.time += 2 * BETWEEN_ROUNDS
    sweep(simulation, pruner)
    simulation.service.submit([2], Priority.LOW, key="once")


def test_a_store_that_cannot_be_written_is_asked_again_in_the_next_round(caplog: pytest.LogCaptureFixture) -> None:
    database = FlakyDatabase()
    simulation = Simulation(place=EmbeddedPlace(database))
    database.refusals = 1
    sweep(simulation, begun(simulation))
    assert (
        "history is not removed for now: the database could not be written: database or disk is full"
        in caplog.text
    )


def days_of_history(simulation: Simulation, count: int) -> list[UUID]:
    """Run an ingestion with a key on each of these days, the last one today."""
    ingestions = []
    for day in range(count):
        simulation.clock.time += DAY if day else 0
        ingestions.append(simulation.service.submit([1], Priority.LOW, key=f"day {day}"))
        simulation.run()
    return ingestions


def test_a_clock_that_is_set_ahead_while_the_service_is_stopped_removes_nothing_in_the_first_round(
    simulation: Simulation, caplog: pytest.LogCaptureFixture
) -> None:
    history = days_of_history(simulation, 20)
    simulation.clock.wall_offset += 60 * DAY
    sweep(simulation, begun(simulation))
    assert all(known(simulation, each) for each in history)
    assert caplog.messages == [
        "the clock is 60.0 days ahead of what is believed; an hour removes a day's worth of history"
    ]
    with pytest.raises(KeyReused):
        simulation.service.submit([2], Priority.LOW, key="day 19")


def test_a_clock_that_runs_a_little_ahead_is_not_worth_a_line(
    simulation: Simulation, caplog: pytest.LogCaptureFixture
) -> None:
    days_of_history(simulation, 2)
    simulation.clock.wall_offset += SECOND
    sweep(simulation, begun(simulation))
    assert caplog.messages == []


def test_what_is_written_with_a_wrong_clock_after_the_start_proves_nothing(simulation: Simulation) -> None:
    history = days_of_history(simulation, 20)
    simulation.clock.wall_offset += 60 * DAY
    pruner = begun(simulation)
    simulation.submit([1])
    simulation.run()
    sweep(simulation, pruner)
    assert all(known(simulation, each) for each in history)


def test_a_clock_that_was_right_again_is_believed(simulation: Simulation) -> None:
    """The last entry counts, and not the latest time of any."""
    simulation.clock.wall_offset += 60 * DAY
    simulation.submit([1])
    simulation.run()
    simulation.clock.wall_offset -= 60 * DAY
    history = days_of_history(simulation, 20)
    simulation.clock.wall_offset += 60 * DAY
    sweep(simulation, begun(simulation))
    assert all(known(simulation, each) for each in history)


def test_a_clock_that_was_far_back_does_not_end_the_removal_once_it_is_right_again(simulation: Simulation) -> None:
    history = days_of_history(simulation, 20)
    simulation.clock.wall_offset -= 100 * DAY
    pruner = begun(simulation)
    sweep(simulation, pruner)
    simulation.clock.wall_offset += 100 * DAY
    sweep(simulation, pruner)
    assert all(known(simulation, each) for each in history)
    simulation.clock.time += 20 * DAY
    # It nears the clock by a day in each hour; four more days pass meanwhile.
    left_hour_by_hour(simulation, pruner, history, 100)
    assert [known(simulation, each) for each in history] == [*[False] * 14, *[True] * 6]


def test_a_clock_that_is_wrong_at_each_start_removes_nothing(simulation: Simulation) -> None:
    history = days_of_history(simulation, 20)
    simulation.clock.wall_offset += 60 * DAY
    for _ in range(9):
        pruner = begun(simulation)
        simulation.submit([1])
        simulation.run()
        sweep(simulation, pruner)
    assert all(known(simulation, each) for each in history)
    with pytest.raises(KeyReused):
        simulation.service.submit([2], Priority.LOW, key="day 19")


def test_time_is_believed_to_go_on_however_often_the_service_starts(simulation: Simulation) -> None:
    history = days_of_history(simulation, 4)
    simulation.clock.time += 60 * DAY
    for _ in range(33):
        pruner = begun(simulation)
        for _ in range(1 + HOUR // BETWEEN_ROUNDS):
            sweep(simulation, pruner)
    assert not any(known(simulation, each) for each in history)


def test_a_clock_that_was_ahead_and_is_right_again_is_not_believed_when_it_is_ahead_again(
    simulation: Simulation,
) -> None:
    simulation.clock.wall_offset += 60 * DAY
    pruner = begun(simulation)
    simulation.submit([1])
    simulation.run()
    sweep(simulation, pruner)
    simulation.clock.wall_offset -= 60 * DAY
    history = days_of_history(simulation, 20)
    sweep(simulation, begun(simulation))
    simulation.clock.wall_offset += 60 * DAY
    sweep(simulation, begun(simulation))
    assert all(known(simulation, each) for each in history)
    with pytest.raises(KeyReused):
        simulation.service.submit([2], Priority.LOW, key="day 19")


def test_a_key_that_came_while_the_clock_was_days_behind_is_kept_once_it_is_right(simulation: Simulation) -> None:
    days_of_history(simulation, 3)
    sweep(simulation, begun(simulation))
    simulation.clock.wall_offset -= 2 * DAY
    pruner = begun(simulation)
    simulation.service.submit([1], Priority.LOW, key="behind")
    sweep(simulation, pruner)
    simulation.clock.wall_offset += 2 * DAY
    sweep(simulation, begun(simulation))
    with pytest.raises(KeyReused):
        simulation.service.submit([2], Priority.LOW, key="behind")


def test_a_clock_that_was_never_set_is_not_believed(simulation: Simulation) -> None:
    history = days_of_history(simulation, 40)
    sweep(simulation, begun(simulation))
    simulation.clock.wall_offset -= simulation.clock.wall() - DAY
    pruner = begun(simulation)
    for _ in range(3):
        sweep(simulation, pruner)
    simulation.clock.wall_offset = 0
    sweep(simulation, begun(simulation))
    assert [known(simulation, each) for each in history] == [*[False] * 10, *[True] * 30]


def test_after_a_first_start_with_a_clock_that_was_never_set_a_later_one_finds_the_time(
    simulation: Simulation,
) -> None:
    simulation.clock.wall_offset -= simulation.clock.wall() - DAY
    pruner = begun(simulation)
    sweep(simulation, pruner)
    simulation.clock.wall_offset = 0
    for _ in range(2):
        sweep(simulation, pruner)
    history = days_of_history(simulation, 40)
    sweep(simulation, begun(simulation))
    assert [known(simulation, each) for each in history] == [*[False] * 10, *[True] * 30]


def test_a_process_that_stood_still_for_days_does_not_believe_what_the_clock_shows_then(
    simulation: Simulation,
) -> None:
    history = days_of_history(simulation, 20)
    pruner = begun(simulation)
    sweep(simulation, pruner)
    simulation.clock.time += 2 * DAY
    simulation.clock.wall_offset += 60 * DAY
    sweep(simulation, pruner)
    assert all(known(simulation, each) for each in history)


def test_history_that_is_to_be_kept_for_a_shorter_time_goes_at_once(
    simulation: Simulation, caplog: pytest.LogCaptureFixture
) -> None:
    history = days_of_history(simulation, 20)
    sweep(simulation, begun(simulation))
    shorter = Pruner(simulation.records, simulation.clock, 10 * DAY)
    shorter.look()
    sweep(simulation, shorter)
    assert [known(simulation, each) for each in history] == [*[False] * 10, *[True] * 10]
    assert caplog.messages == []


def test_what_was_due_before_a_restart_goes_in_the_first_round(simulation: Simulation) -> None:
    history = days_of_history(simulation, 40)
    sweep(simulation, begun(simulation))
    assert [known(simulation, each) for each in history] == [*[False] * 10, *[True] * 30]


def test_a_clock_that_is_set_ahead_while_the_service_runs_does_not_empty_the_store(simulation: Simulation) -> None:
    pruner = begun(simulation)
    history = days_of_history(simulation, 20)
    sweep(simulation, pruner)
    assert all(known(simulation, each) for each in history)
    simulation.clock.wall_offset += 60 * DAY
    left = left_hour_by_hour(simulation, pruner, history, 40)
    assert left[0] > 0
    assert all(before - after <= 2 for before, after in pairwise(left))
    assert left[-1] == 0


def test_history_goes_as_it_came_after_a_long_stop(simulation: Simulation) -> None:
    history = days_of_history(simulation, 4)
    simulation.clock.time += 60 * DAY
    left = left_hour_by_hour(simulation, begun(simulation), history, 33)
    # An hour removes a day's worth. The last entry is 60 days old, so the first round removes what had ended 90
    # days ago.
    assert left[0] == 4
    assert all(before - after in (0, 1, 2) for before, after in pairwise(left))
    assert left[-1] == 0


def test_a_sweeper_that_is_halted_ends(simulation: Simulation) -> None:
    pruner = begun(simulation)
    pruner.halt()
    assert not pruner.run_once()
