"""Connections to one SQLite database."""

import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest_service.errors import StoreDamaged, StoreError

# Bytes to which the log shrinks when it is used again; a slow reader lets it grow to any size.
_LARGEST_IDLE_LOG = 8 * 1024 * 1024
# SQLite quotes bytes of a damaged schema in its sentence about it: then that sentence is not text.
SQLITE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
NOT_READ = "the database cannot be read"


def connect(path: Path, create: bool = True) -> sqlite3.Connection:
    """Open the database in WAL mode with synchronous=FULL, in autocommit mode: BEGIN and COMMIT are ours.

    FULL is what makes a commit durable: NORMAL leaves the last ones to the next checkpoint
    (https://sqlite.org/pragma.html#pragma_synchronous). Raises StoreError.
    """
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
    with translated(f"cannot open the database {path}"):
        connection = sqlite3.connect(uri, isolation_level=None, check_same_thread=False, uri=True)
        with closed_on_error(connection):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA journal_size_limit = {_LARGEST_IDLE_LOG}")
    return connection


@contextmanager
def translated(sentence: str) -> Iterator[None]:
    """Raise errors of SQLite in the block as StoreErrors that begin with this sentence."""
    try:
        yield
    except SQLITE_ERRORS as error:
        raise store_error(sentence, error) from error


def store_error(sentence: str, error: sqlite3.Error | UnicodeDecodeError | MemoryError) -> StoreError:
    """Return this error of SQLite with a sentence of ours before it."""
    # The lowest byte is the kind of error, the rest of the code its details.
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
    is_damage = kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or isinstance(error, UnicodeDecodeError)
    return (StoreDamaged if is_damage else StoreError)(f"{sentence}: {str(error) or 'no memory is left'}")


@contextmanager
def closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """Close the connection if the block raises."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


class Readers:
    """Connections to read through: as many as read at the same time, kept for the next."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: deque[sqlite3.Connection] = deque()

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside a read transaction: what it reads is of one moment. Raises StoreError."""
        with self._lent() as connection, connection:
            connection.execute("BEGIN")
            yield connection

    def row(self, statement: str, parameters: Sequence[object]) -> Any:
        """Return the first row of a statement, None if there is none. Raises StoreError.

        Without BEGIN a statement is a transaction of its own. Each call of SQLite lets other threads run first, so
        one in place of three saves more than SQLite does.
        """
        with self._lent() as connection:
            rows = connection.execute(statement, parameters).fetchall()
        return rows[0] if rows else None

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _lent(self) -> Iterator[sqlite3.Connection]:
        connection = self._borrow()
        try:
            yield connection
        except (*SQLITE_ERRORS, MemoryError) as error:
            raise store_error("the database could not be read", error) from error
        finally:
            if connection.in_transaction:
                # It could not be rolled back: the next reader would see the past.
                connection.close()
            else:
                self._idle.append(connection)

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            # One that is gone is not created anew.
            return connect(self._path, create=False)
