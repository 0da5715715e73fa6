"""Every database there is, so that one suite runs over all of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.doubles import VirtualClock
from tests.postgres.databases import Databases
from tests.stores.store import Store

Request = pytest.FixtureRequest


def in_file(request: Request, clock: VirtualClock) -> Store:
    folder: Path = request.getfixturevalue("tmp_path")
    return Store.in_file(folder / "ingest.db", clock)


def in_postgres(request: Request, clock: VirtualClock) -> Store:
    return Store.in_postgres(request.getfixturevalue("copied_url"), clock)


STORES: dict[str, Callable[[Request, VirtualClock], Store]] = {
    "file": in_file,
    "memory": lambda _, clock: Store.in_memory(clock),
    "postgres": in_postgres,
}


@pytest.fixture(scope="session")
def copied_url(postgres: Databases) -> Iterator[str]:
    """The URL of one PostgreSQL database for all tests that replace the rows of each other: it saves much time."""
    with postgres.fresh() as url:
        yield url


@pytest.fixture
def clock() -> VirtualClock:
    """The clock of the store."""
    return VirtualClock()


@pytest.fixture(params=STORES)
def store(request: Request, clock: VirtualClock) -> Iterator[Store]:
    store = STORES[request.param](request, clock)
    store.start()
    yield store
    store.stop()
