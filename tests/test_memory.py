"""Memory is bounded by the backlog, not by history."""

import gc
from pathlib import Path

from ingest_service.domain.ledger import Outcome
from ingest_service.domain.model import Batch, Ingestion
from ingest_service.stores.sqlite.store import SqliteStore
from tests.simulation import Simulation


def service(folder: Path) -> Simulation:
    return Simulation(store=lambda clock: SqliteStore(folder / "ingest.db", clock))


def values() -> list[object]:
    gc.collect()
    return [thing for thing in gc.get_objects() if isinstance(thing, Ingestion | Batch | Outcome)]


def test_finished_ingestions_leave_nothing_in_memory(tmp_path: Path) -> None:
    before = values()
    simulation = service(tmp_path)
    for _ in range(10):
        simulation.submit([1, 2, 3, 4])
    simulation.run()
    left = len(values()) - len(before)
    simulation.store.stop()
    assert left == 0


def test_cancelled_ingestions_leave_no_more_in_memory_than_what_waits(tmp_path: Path) -> None:
    before = values()
    simulation = service(tmp_path)
    waits = [simulation.submit([1, 2, 3, 4], "HIGH") for _ in range(3)]
    for _ in range(50):
        simulation.service.cancel(simulation.submit([5, 6], "LOW"))
    left = len(values()) - len(before)
    simulation.store.stop()
    assert left <= 2 * len(waits)
