"""The reading that all who look at the board share."""

import pytest

from ingest_service.web.board.latest import Latest, Reading
from tests.simulation import SECOND, Simulation
from tests.web.board.browsing import Driven


@pytest.fixture
def latest(simulation: Simulation) -> Latest:
    return Latest(simulation.service, simulation.clock)


def test_a_reading_is_shared_until_it_is_old(latest: Latest, simulation: Simulation) -> None:
    first = latest.reading()
    assert latest.reading() is first
    simulation.clock.time += SECOND // 4
    assert latest.reading() is not first


def test_the_present_goes_on_while_a_reading_is_shared(latest: Latest, simulation: Simulation) -> None:
    reading = latest.reading()
    simulation.clock.time += 70
    assert reading.now(simulation.clock) == simulation.clock.wall()


@pytest.mark.parametrize(("took", "shared"), [(SECOND // 5, SECOND * 9 // 5), (8 * SECOND, 3 * SECOND)])
def test_a_slow_reading_is_shared_for_longer_but_not_for_long(
    simulation: Simulation, took: int, shared: int
) -> None:
    class Slow(Driven):
        def readiness_failures(self) -> dict[str, str]:
            simulation.clock.time += took
            return {}

    latest = Latest(Slow.by(simulation), simulation.clock)
    first = latest.reading()
    simulation.clock.time += shared - 1
    assert latest.reading() is first
    simulation.clock.time += 1
    assert latest.reading() is not first


def test_no_reading_begins_right_before_a_slot_opens(latest: Latest, simulation: Simulation) -> None:
    simulation.submit(range(1, 7))
    simulation.run_slot()
    opens = simulation.clock.now() + simulation.engine.opens_in()
    simulation.clock.time = opens - SECOND // 4
    first = latest.reading()
    simulation.clock.time = opens - SECOND // 100
    assert latest.reading() is first
    simulation.clock.time = opens
    assert latest.reading() is not first


def test_a_reading_is_not_put_off_for_long(latest: Latest, simulation: Simulation) -> None:
    simulation.submit(range(1, 7))
    simulation.run_slot()
    opens = simulation.clock.now() + simulation.engine.opens_in()
    simulation.clock.time = opens - 2 * SECOND
    first = latest.reading()
    simulation.clock.time = opens - SECOND // 100
    assert latest.reading() is not first


def test_a_reader_that_comes_while_another_reads_gets_what_there_is(simulation: Simulation) -> None:
    asked: list[Reading] = []

    class Asking(Driven):
        def readiness_failures(self) -> dict[str, str]:
            if asked:
                asked.append(shared.reading())
            return {}

    shared = Latest(Asking.by(simulation), simulation.clock)
    asked.append(shared.reading())
    simulation.clock.time += SECOND
    newest = shared.reading()
    assert asked[0] is asked[1]
    assert newest is not asked[0]


def test_the_minutes_of_the_day_are_counted_once(latest: Latest, simulation: Simulation) -> None:
    simulation.submit(range(1, 100))
    for _ in range(33):
        simulation.run_slot()
        simulation.clock.time += SECOND
        facts = latest.reading().board.facts
        assert facts is not None
        assert facts.sums.done == len(simulation.upstream.calls)
    simulation.records.stop()
    simulation.clock.time += SECOND
    assert latest.reading().board.facts is None
    simulation.records.start()
    simulation.clock.time += SECOND
    facts = latest.reading().board.facts
    assert facts is not None
    assert facts.sums.done == 99
