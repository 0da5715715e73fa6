"""Databases for tests, each made and removed within some hundredths of a second."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import LiteralString, Self
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from ingest_service.stores.postgres.schema import migrate
from tests.postgres.binaries import find_binaries
from tests.postgres.server import PostgresServer, temporary_folder

# Names a server on which tests may create databases, as a URL.
VARIABLE = "INGEST_TEST_POSTGRES"
_URL = re.compile(r"(postgres(?:ql)?://[^/?]*)(?:/[^?]*)?(\?.*)?")
_MEMORY = Path("/dev/shm")
_ROOM = 1 << 30
# What is in these databases is worth nothing after the test, so nothing waits for a disk. A test about crashes
# needs a server of its own.
VOLATILE = {"fsync": "off", "max_wal_size": "256MB"}
# It waits until they have ended, for five seconds at most.
_END_SESSIONS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
_EMPTY = """
DO $$ BEGIN
    EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(format('%I', tablename), ', ') || ' RESTART IDENTITY'
        FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('gate', 'schema_version')
    );
END $$
"""


class Databases:
    """The databases of tests on one server.

    Constructing does nothing on the server. As a context manager it removes everything at the end.
    """

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for made in {"_template", "_reused"} & vars(self).keys():
            self._drop(getattr(self, made))

    def fresh(self) -> AbstractContextManager[str]:
        """Give the URL of a new database with all tables; it is dropped at the end, even with connections."""
        return self._copy_of(self._template)

    def bare(self) -> AbstractContextManager[str]:
        """Give the URL of a new database without any table; it is dropped at the end, even with connections."""
        return self._copy_of("template0")

    def emptied(self) -> str:
        """Return the URL of a database with all tables and no rows: always the same one, without connections.

        That is faster than a new one. Its functions stay as a test before this one left them.
        """
        self._end_sessions(self._reused)
        url = self._url(self._reused)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_EMPTY)
        return url

    @contextmanager
    def away(self, url: str) -> Iterator[None]:
        """Let no connection to a database live or begin within the block, as if the server were away."""
        name = str(conninfo_to_dict(url)["dbname"])
        self._execute("ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
        try:
            self._end_sessions(name)
            yield
        finally:
            self._execute("ALTER DATABASE {} ALLOW_CONNECTIONS true", name)

    @cached_property
    def _reused(self) -> str:
        return self._create(self._template)

    @cached_property
    def _template(self) -> str:
        """The name of a database with all tables: copying it is faster than making them."""
        name = self._create("template0")
        with psycopg.connect(self._url(name), autocommit=True) as connection:
            migrate(connection)
        return name

    @contextmanager
    def _copy_of(self, template: str) -> Iterator[str]:
        name = self._create(template)
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    def _create(self, template: str) -> str:
        name = f"ingest_test_{uuid4().hex}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def _drop(self, name: str) -> None:
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def _end_sessions(self, database: str) -> None:
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(_END_SESSIONS, [database])

    def _execute(self, statement: LiteralString, *names: str) -> None:
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _url(self, name: str) -> str:
        return in_url(self._server_url, name)


def in_url(server_url: str, database: str) -> str:
    """Return a URL with this database in it. Raises ValueError for what is no URL of PostgreSQL."""
    parts = _URL.fullmatch(server_url)
    if parts is None:
        raise ValueError(f"{VARIABLE} should be like postgresql://user@host:5432/postgres")
    return f"{parts[1]}/{database}{parts[2] or ''}"


@contextmanager
def shared_databases(environ: Mapping[str, str] = os.environ) -> Iterator[Databases]:
    """Give databases on the server that VARIABLE names, or else on one that runs until the end of the block."""
    if server_url := environ.get(VARIABLE):
        with Databases(server_url) as databases:
            yield databases
        return
    binaries = find_binaries()
    with temporary_folder(_memory()) as folder, PostgresServer(binaries, folder / "shared", **VOLATILE) as server:
        yield Databases(server.url())


def _memory() -> Path | None:
    """Return the folder of files in memory where there is one with room: it halves the time for a database."""
    return _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM else None
