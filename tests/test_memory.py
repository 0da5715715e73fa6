"""Memory is bounded by the backlog, not by history."""

import gc
from pathlib import Path

from ingest_service.domain import Batch, Ingestion
from ingest_service.ledger import Outcome
from ingest_service.stores.sqlite import SqliteStore
from tests.simulation import Simulation


def test_finished_ingestions_leave_nothing_in_memory(tmp_path: Path) -> None:
    simulation = Simulation(store=lambda clock: SqliteStore(tmp_path / "ingest.db", clock))
    for _ in range(10):
        simulation.submit([1, 2, 3, 4])
    simulation.run()
    gc.collect()
    left = [type(thing).__name__ for thing in gc.get_objects() if isinstance(thing, Ingestion | Batch | Outcome)]
    simulation.store.stop()
    assert left == []
