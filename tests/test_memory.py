"""Memory is bounded by the backlog, not by history."""

import gc

from ingest_service.domain.ledger import Outcome
from ingest_service.domain.model import Batch, Ingestion
from tests.simulation import Simulation


def values() -> list[object]:
    gc.collect()
    return [thing for thing in gc.get_objects() if isinstance(thing, Ingestion | Batch | Outcome)]


def test_finished_ingestions_leave_nothing_in_memory() -> None:
    before = values()
    simulation = Simulation()
    for _ in range(10):
        simulation.submit([1, 2, 3, 4])
    simulation.run()
    left = len(values()) - len(before)
    assert left == 0


def test_cancelled_ingestions_leave_no_more_in_memory_than_what_waits() -> None:
    before = values()
    simulation = Simulation()
    waits = [simulation.submit([1, 2, 3, 4], "HIGH") for _ in range(3)]
    for _ in range(50):
        simulation.service.cancel(simulation.submit([5, 6], "LOW"))
    left = len(values()) - len(before)
    assert left <= 2 * len(waits)
