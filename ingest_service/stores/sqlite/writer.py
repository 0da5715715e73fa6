"""Transactions through one connection, and certainty about those that failed."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from ingest_service.errors import CommitNotCertain
from ingest_service.stores.sqlite.connections import SQLITE_ERRORS

T = TypeVar("T")


def touch(connection: sqlite3.Connection) -> None:
    """Write a page that stays as it is."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.execute(f"PRAGMA user_version = {version}")


class Writer:
    """Commits through a connection in autocommit mode, which belongs to it. For one thread at a time.

    When the disk fails at the end of a commit, all of it may lie in the log already, and a start after a crash
    would take it for kept. The next commit overwrites it.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._is_in_doubt = False

    def commit(self, statements: Callable[[sqlite3.Connection], T]) -> T:
        """Run statements in a transaction and return their result.

        Raises what they raise, one of SQLITE_ERRORS, and CommitNotCertain after which nothing more may be written.
        """
        try:
            self._leave_transaction()
            self._connection.execute("BEGIN IMMEDIATE")
            result = statements(self._connection)
            self._end()
        except BaseException:
            with suppress(*SQLITE_ERRORS, MemoryError):
                self._leave_transaction()
            raise
        return result

    def is_undone(self) -> bool:
        """Return whether it is certain that nothing of a failed commit is kept; overwrites it if need be."""
        if self._is_in_doubt:
            with suppress(*SQLITE_ERRORS, MemoryError, CommitNotCertain):
                self.commit(touch)
        return not self._is_in_doubt

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _leave_transaction(self) -> None:
        """Roll back what failed, also what could not be rolled back when it failed."""
        if self._connection.in_transaction:
            self._connection.rollback()

    def _end(self) -> None:
        try:
            self._connection.execute("COMMIT")
        except MemoryError as error:
            # Python may have had none for the answer to a commit that went well.
            raise CommitNotCertain("no memory was left at the end of a commit") from error
        except SQLITE_ERRORS as error:
            # On a full disk the end of it is missing in the log.
            if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_FULL:
                self._is_in_doubt = True
            raise
        self._is_in_doubt = False
