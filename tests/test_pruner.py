"""History is forgotten when it is old enough, in steps, and nothing that waits ever is."""

from itertools import pairwise
from uuid import UUID

import pytest

from ingest_service.domain.model import Priority
from ingest_service.errors import IngestionNotFound, KeyReused
from ingest_service.pruner import BETWEEN_ROUNDS, BETWEEN_STEPS, DAY, Pruner
from tests.doubles import FlakyDatabase
from tests.engines.places import EmbeddedPlace
from tests.simulation import Simulation

KEEP = 30 * DAY


def known(simulation: Simulation, ingestion_id: UUID) -> bool:
    try:
        simulation.service.reports.progress(ingestion_id)
    except IngestionNotFound:
        return False
    return True


def sweep(simulation: Simulation, pruner: Pruner) -> None:
    """Take steps until there is nothing more to do for this time."""
    while True:
        began = simulation.clock.now()
        assert pruner.run_once()
        if simulation.clock.now() - began == BETWEEN_ROUNDS:
            return
        assert simulation.clock.now() - began == BETWEEN_STEPS


def test_an_ingestion_is_kept_for_as_long_as_it_should_be_and_then_forgotten(simulation: Simulation) -> None:
    pruner = Pruner(simulation.records, simulation.clock, KEEP)
    ended = simulation.submit([1, 2, 3, 4])
    simulation.run()
    simulation.clock.time += KEEP - DAY
    sweep(simulation, pruner)
    assert known(simulation, ended)
    simulation.clock.time += DAY
    sweep(simulation, pruner)
    assert not known(simulation, ended)


def test_what_waits_is_never_forgotten_however_old_it_is(simulation: Simulation) -> None:
    pruner = Pruner(simulation.records, simulation.clock, KEEP)
    simulation.service.pause()
    waits = simulation.submit([1, 2, 3])
    simulation.clock.time += 10 * KEEP
    sweep(simulation, pruner)
    assert known(simulation, waits)


def test_an_idempotency_key_is_kept_for_a_day_and_then_forgotten(simulation: Simulation) -> None:
    pruner = Pruner(simulation.records, simulation.clock, KEEP)
    simulation.service.submit([1], Priority.LOW, key="once")
    simulation.clock.time += DAY - BETWEEN_ROUNDS - 1
    sweep(simulation, pruner)
    with pytest.raises(KeyReused, match="once was sent before with other ids"):
        simulation.service.submit([2], Priority.LOW, key="once")
    simulation.clock.time += 2 * BETWEEN_ROUNDS
    sweep(simulation, pruner)
    simulation.service.submit([2], Priority.LOW, key="once")


def test_a_store_that_cannot_be_written_is_asked_again_an_hour_later(caplog: pytest.LogCaptureFixture) -> None:
    database = FlakyDatabase()
    simulation = Simulation(place=EmbeddedPlace(database))
    database.refusals = 1
    sweep(simulation, Pruner(simulation.records, simulation.clock, KEEP))
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


def test_a_clock_that_is_set_ahead_while_the_service_is_stopped_does_not_empty_the_store(
    simulation: Simulation, caplog: pytest.LogCaptureFixture
) -> None:
    history = days_of_history(simulation, 20)
    simulation.clock.wall_offset += 60 * DAY
    sweep(simulation, Pruner(simulation.records, simulation.clock, KEEP))
    assert [known(simulation, each) for each in history] == [False, *[True] * 19]
    assert caplog.messages == [
        "48.0 days of history are due at once, as if the clock had been set; they go day by day"
    ]
    with pytest.raises(KeyReused):
        simulation.service.submit([2], Priority.LOW, key="day 19")


def test_a_clock_that_is_set_ahead_while_the_service_runs_does_not_empty_the_store(simulation: Simulation) -> None:
    pruner = Pruner(simulation.records, simulation.clock, KEEP)
    history = days_of_history(simulation, 20)
    sweep(simulation, pruner)
    assert all(known(simulation, each) for each in history)
    simulation.clock.wall_offset += 60 * DAY
    left = []
    for _ in range(40):
        sweep(simulation, pruner)
        left.append(sum(known(simulation, each) for each in history))
    assert left[0] > 0
    assert all(before - after <= 2 for before, after in pairwise(left))
    assert left[-1] == 0


def test_history_goes_as_it_came_after_a_long_stop(simulation: Simulation) -> None:
    history = days_of_history(simulation, 4)
    simulation.clock.time += 60 * DAY
    pruner = Pruner(simulation.records, simulation.clock, KEEP)
    left = []
    for _ in range(3):
        sweep(simulation, pruner)
        left.append(sum(known(simulation, each) for each in history))
    # A round removes a day's worth, and what came due in the hour before it.
    assert left == [3, 1, 0]


def test_a_sweeper_that_is_halted_ends(simulation: Simulation) -> None:
    pruner = Pruner(simulation.records, simulation.clock, KEEP)
    pruner.halt()
    assert not pruner.run_once()
