"""Every store there is, so that one suite runs over all of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ingest_service.ports.store import Store
from ingest_service.stores.memory import MemoryStore
from ingest_service.stores.sqlite.store import SqliteStore

from tests.doubles import VirtualClock

STORES: dict[str, Callable[[Path, VirtualClock], Store]] = {
    "memory": lambda _, clock: MemoryStore(clock),
    "sqlite": lambda folder, clock: SqliteStore(folder / "ingest.db", clock),
}


@pytest.fixture
def clock() -> VirtualClock:
    """The clock of the store."""
    return VirtualClock()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: VirtualClock) -> Iterator[Store]:
    store = STORES[request.param](tmp_path, clock)
    store.start()
    yield store
    store.stop()
