"""The SQLite file of one process: one thread writes for all, readers have connections of their own."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

from ingest_service.clock import Clock
from ingest_service.errors import StoreStopped
from ingest_service.loop import exit_process
from ingest_service.stores.sqlite.connections import Readers, closed_on_error, connect
from ingest_service.stores.sqlite.group_commit import GroupCommit
from ingest_service.stores.sqlite.lock_file import LockFile
from ingest_service.stores.sqlite.schema import migrate

T = TypeVar("T")


class SqliteDatabase:
    """Fits the interface `Database`, and keeps every other process out with a lock file.

    `committed` gets the writes and the nanoseconds of every commit; `give_up` ends the process.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        committed: Callable[[int, int], None] = lambda _writes, _nanoseconds: None,
        give_up: Callable[[str], None] = exit_process,
    ) -> None:
        self._path = path
        self._readers = Readers(path)
        self._writer = GroupCommit(clock, committed, give_up)
        self.lock_file = LockFile(path.with_name(path.name + ".lock"))

    def start(self) -> None:
        """Lock, open and migrate the database. Raises StoreInUse, or StoreError where it cannot be opened."""
        if self._writer.alive:
            return
        self.lock_file.acquire()
        connection = connect(self._path)
        with closed_on_error(connection):
            migrate(connection)
        self._writer.open(connection)

    def stop(self) -> None:
        """Commit what was asked, close the database, and only then let another process in."""
        self._writer.close()
        self._readers.close()
        self.lock_file.release()

    @property
    def alive(self) -> bool:
        """Whether the writing thread runs."""
        return self._writer.alive

    def read(self) -> AbstractContextManager[sqlite3.Connection]:
        """Lend a connection inside a read transaction."""
        if not self.alive:
            raise StoreStopped
        return self._readers.snapshot()

    def write(
        self, statements: Callable[[sqlite3.Connection], T], afterwards: Callable[[T], None] | None = None
    ) -> T:
        """Run statements in the next commit (see GroupCommit.write)."""
        return self._writer.write(statements, afterwards)
