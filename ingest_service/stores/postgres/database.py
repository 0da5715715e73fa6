"""The PostgreSQL database that the replicas share, as it is read; and the few writes that need no gate."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import local
from typing import TypeVar

from ingest_service.errors import StoreError
from ingest_service.stores.postgres.connections import Session, connect
from ingest_service.stores.postgres.dialect import PostgresConnection
from ingest_service.stores.postgres.errors import translated
from ingest_service.stores.postgres.pool import Pool
from ingest_service.stores.postgres.schema import migrate

T = TypeVar("T")

# SET LOCAL ends with the transaction, so it works through a pooler too. Compiling (jit) a statement of some
# milliseconds takes hundreds.
_SETTINGS = "SET LOCAL statement_timeout = '10s'; SET LOCAL jit = off"
_TO_READ = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_SETTINGS}"
_TO_WRITE = f"BEGIN ISOLATION LEVEL READ COMMITTED; {_SETTINGS}; SET LOCAL synchronous_commit = on"


class PostgresDatabase:
    """Fits the interface `Database`. Any number of processes may work on one database.

    Errors are StoreErrors, and never show the URL, which may have a password.
    """

    damage = None

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = Pool(partial(connect, url))
        self._reading = local()

    def start(self) -> None:
        """Connect once and migrate the database."""
        if self.alive:
            return
        with translated("the schema of the database cannot be brought up to date"), connect(self._url) as session:
            migrate(session)
        self._pool.open()

    def stop(self) -> None:
        """Close all connections that are not in use; the others follow as soon as they are not."""
        self._pool.close()

    @property
    def alive(self) -> bool:
        """True between start and stop, whether the server answers or not."""
        return self._pool.is_open

    def connect(self) -> Session:
        """Open a connection of the caller's own; it is closed at `stop` at the latest. Raises StoreStopped."""
        return self._pool.own()

    @contextmanager
    def read(self) -> Iterator[PostgresConnection]:
        """Lend a connection inside a read transaction: that of this thread, if it is in one already."""
        with translated("the database could not be read"):
            outer = getattr(self._reading, "connection", None)
            if outer is not None:
                yield outer
                return
            with self._pool.transaction(_TO_READ) as session:
                self._reading.connection = PostgresConnection(session)
                try:
                    yield self._reading.connection
                finally:
                    self._reading.connection = None

    def write(self, statements: Callable[[PostgresConnection], T]) -> T:
        """Run statements in a transaction of their own, also while this thread reads."""
        with translated("the database could not be written"), self._pool.transaction(_TO_WRITE) as session:
            return statements(PostgresConnection(session))

    def probe(self) -> None:
        """Ask the server whether it takes writes; nothing is written."""

        def takes_none(connection: PostgresConnection) -> bool:
            row = connection.execute("SELECT current_setting('transaction_read_only')::bool").fetchone()
            return row is None or bool(row[0])

        if self.write(takes_none):
            raise StoreError("the database is read-only now")
