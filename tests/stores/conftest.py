"""Every database there is, so that one suite runs over all of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.doubles import UnthreadedDatabase, VirtualClock
from tests.stores.store import Store


def in_memory(_: Path, clock: VirtualClock) -> Store:
    database = UnthreadedDatabase()
    return Store(database, database, clock)


STORES: dict[str, Callable[[Path, VirtualClock], Store]] = {
    "file": lambda folder, clock: Store.in_file(folder / "ingest.db", clock),
    "memory": in_memory,
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
