"""Every store there is, so that one suite runs over all of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest_service.ports import Store
from ingest_service.stores.memory import MemoryStore
from ingest_service.stores.sqlite import SqliteStore
from tests.doubles import VirtualClock

STORES: dict[str, Callable[[Path], Store]] = {
    "memory": lambda _: MemoryStore(VirtualClock()),
    "sqlite": lambda folder: SqliteStore(folder / "ingest.db", VirtualClock()),
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    store = STORES[request.param](tmp_path)
    store.start()
    yield store
    store.stop()
