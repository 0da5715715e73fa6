"""The connections of a process: none of them is left open."""

from collections.abc import Callable
from typing import cast

import pytest

from ingest_service.errors import StoreStopped
from ingest_service.stores.postgres.connections import Session
from ingest_service.stores.postgres.pool import Pool


class Connection:
    """A connection that is open until it is closed."""

    def __init__(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False


class Server:
    """A server with its connections; `meanwhile` happens while the next one is made."""

    def __init__(self) -> None:
        self.connections: list[Connection] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def connect(self) -> Session:
        self.connections.append(Connection())
        self.meanwhile()
        return cast("Session", self.connections[-1])

    @property
    def open_connections(self) -> int:
        return sum(one.is_open for one in self.connections)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def pool(server: Server) -> Pool:
    pool = Pool(server.connect)
    pool.open()
    return pool


def test_a_connection_of_its_own_is_closed_with_the_pool(server: Server, pool: Pool) -> None:
    pool.own()
    assert server.open_connections == 1
    pool.close()
    assert server.open_connections == 0


def test_a_connection_that_is_made_while_the_pool_closes_is_closed_too(server: Server, pool: Pool) -> None:
    server.meanwhile = pool.close
    with pytest.raises(StoreStopped):
        pool.own()
    assert len(server.connections) == 1
    assert server.open_connections == 0


def test_a_pool_that_is_closed_makes_no_connection(server: Server, pool: Pool) -> None:
    pool.close()
    with pytest.raises(StoreStopped):
        pool.own()
    assert server.connections == []
