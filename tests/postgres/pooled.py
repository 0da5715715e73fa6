"""Databases for tests behind a pooler."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import pytest

from tests.postgres.binaries import find_binaries
from tests.postgres.databases import VOLATILE, Databases
from tests.postgres.pooler import PROGRAM, Pooler
from tests.postgres.server import PostgresServer


class PooledDatabases:
    """Databases on a server in a folder, with a pooler before it; both run inside of the block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if PROGRAM is None:
            pytest.skip("pgbouncer is not installed")
        with ExitStack() as stack:
            server = PostgresServer(find_binaries(), self._folder / "server", **VOLATILE)
            port = stack.enter_context(server).port
            self._databases = stack.enter_context(Databases(server.url()))
            self._pooler = stack.enter_context(Pooler(self._folder / "pooler", port))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def fresh(self) -> Iterator[tuple[str, str]]:
        """Give two URLs of a new database with all tables: past the pooler, and through it."""
        with self._databases.fresh() as url:
            yield url, self._pooler.url(url.rpartition("/")[2])
