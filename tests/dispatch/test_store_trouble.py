"""A store that cannot be written for a while: nothing is lost, nothing is called twice, and it shows."""

import pytest

from ingest_service.dispatch.dispatcher import STORE_RETRY
from ingest_service.errors import StoreStopped
from tests.doubles import FlakyJournal
from tests.engines.places import EmbeddedPlace
from tests.simulation import SECOND, Simulation

FULL = "the dispatcher waits for the store: the database could not be written: database or disk is full"


def flaky(refusals: int) -> tuple[Simulation, FlakyJournal]:
    place = EmbeddedPlace(journal=FlakyJournal)
    simulation = Simulation(place=place)
    assert isinstance(place.journal, FlakyJournal)
    simulation.submit_at(0, [1, 2, 3, 4, 5])
    place.journal.refusals = refusals
    return simulation, place.journal


def test_a_slot_that_cannot_be_written_down_is_not_called_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulation, _ = flaky(refusals=3)
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[1, 2, 3], [4, 5]]
    assert simulation.slots_seen()[0][0] >= 3 * STORE_RETRY
    assert f"{FULL}; trying again every 0.25 s" in caplog.text


def test_a_high_that_arrives_while_the_store_cannot_be_written_goes_first() -> None:
    simulation, _ = flaky(refusals=12)
    simulation.submit_at(2 * SECOND, [6], "HIGH")
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[6], [1, 2, 3], [4, 5]]


def test_outcomes_that_cannot_be_written_are_kept_and_no_call_is_made_twice() -> None:
    simulation, journal = flaky(refusals=0)
    simulation.clock.at(simulation.began + SECOND, lambda: setattr(journal, "refusals", 3))
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[1, 2, 3], [4, 5]]


def test_the_trouble_shows_while_it_lasts() -> None:
    simulation, journal = flaky(refusals=1)
    seen: list[str | None] = []
    simulation.clock.at(simulation.began + STORE_RETRY, lambda: seen.append(simulation.dispatcher.store_trouble))
    simulation.run()
    seen.append(simulation.dispatcher.store_trouble)
    assert seen == [FULL, None]
    assert journal.refusals == 0


def test_a_store_that_is_closed_under_the_dispatcher_ends_it_without_an_alarm(
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulation, _ = flaky(refusals=0)
    simulation.clock.at(simulation.began + SECOND, simulation.records.stop)
    with pytest.raises(StoreStopped):
        simulation.run()
    assert "failed unexpectedly" not in caplog.text
