"""A store that cannot be written for a while: nothing is lost, nothing is called twice, everybody is told."""

import pytest

from tests.doubles import MoodyStore
from tests.simulation import SECOND, Simulation

FULL = "the dispatcher waits for the store: the database could not be written: database or disk is full"


def moody(refusals: int) -> tuple[Simulation, MoodyStore]:
    simulation = Simulation(store=MoodyStore)
    assert isinstance(simulation.store, MoodyStore)
    simulation.submit_at(0, [1, 2, 3, 4, 5])
    simulation.store.refusals = refusals
    return simulation, simulation.store


def test_a_slot_that_cannot_be_written_down_is_not_called_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulation, _ = moody(refusals=3)
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[1, 2, 3], [4, 5]]
    assert simulation.slots_seen()[0][0] >= 3 * SECOND
    assert f"{FULL}; trying again in 1 s" in caplog.text


def test_a_high_that_arrives_while_the_store_cannot_be_written_goes_first() -> None:
    simulation, _ = moody(refusals=3)
    simulation.submit_at(2 * SECOND, [6], "HIGH")
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[6], [1, 2, 3], [4, 5]]


def test_outcomes_that_cannot_be_written_are_kept_and_no_call_is_made_twice() -> None:
    simulation, store = moody(refusals=0)
    simulation.clock.at(simulation.began + SECOND, lambda: setattr(store, "refusals", 3))
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[1, 2, 3], [4, 5]]


def test_the_health_tells_of_the_trouble_while_it_lasts() -> None:
    simulation, store = moody(refusals=1)
    told: list[str | None] = []
    simulation.clock.at(simulation.began + SECOND, lambda: told.append(simulation.dispatcher._trouble))
    simulation.run()
    told.append(simulation.dispatcher._trouble)
    assert told == [FULL, None]
    assert store.refusals == 0


def test_a_store_that_is_closed_under_the_dispatcher_ends_it_without_an_alarm(
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulation, store = moody(refusals=0)
    simulation.clock.at(simulation.began + SECOND, store.stop)
    simulation.dispatcher._run()
    assert "the store was closed before the dispatcher had ended" in caplog.text
    assert "died" not in caplog.text
