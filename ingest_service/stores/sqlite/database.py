"""The SQLite file of one process: one connection writes, readers have connections of their own."""

import sqlite3
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.errors import StoreDamaged, StoreError, StoreStopped
from ingest_service.loop import exit_process
from ingest_service.stores.sqlite.connections import Readers, closed_on_error, connect
from ingest_service.stores.sqlite.group_commit import GroupCommit
from ingest_service.stores.sqlite.held_files import HeldFiles
from ingest_service.stores.sqlite.lock_file import LockFile
from ingest_service.stores.sqlite.row_cache import RowCache
from ingest_service.stores.sqlite.schema import migrate, schema_version
from ingest_service.stores.sqlite.soundness import require_columns, require_sound
from ingest_service.stores.sqlite.syncing import sync, sync_folder
from ingest_service.stores.sqlite.traces import require_new, require_not_lost

T = TypeVar("T")
# For so long a single row may be read from a file that was removed or replaced, in nanoseconds.
BETWEEN_LOOKS = NANOSECONDS // 20


class SqliteDatabase:
    """Fits the interface `Database`, and keeps every other process out with a lock file.

    Raises StoreError for everything while the path of the lock file, of the database or of its log names another
    file than the open one.

    `committed` gets the writes and the nanoseconds of every commit; `give_up` ends the process.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        committed: Callable[[int, int], None] = lambda _writes, _nanoseconds: None,
        give_up: Callable[[str], None] = exit_process,
    ) -> None:
        # Two names of one file must lead to one lock file.
        self._path = path.resolve()
        self._files = HeldFiles()
        self._clock = clock
        self._compared_at = clock.now() - BETWEEN_LOOKS
        self._damage: str | None = None
        self._readers = Readers(self._path)
        self._rows = RowCache()
        self._writer = GroupCommit(clock, committed, give_up, self._files.require, self._rows.changing)
        self.lock_file = LockFile(self._beside(".lock"), self._files)

    def start(self) -> None:
        """Lock, open and migrate the database.

        Raises StoreInUse, or StoreError where it cannot be opened, or where there was another one before.
        """
        if self._writer.is_open:
            return
        self.lock_file.acquire()
        require_not_lost(self._path, self._beside("-wal"), self.lock_file)
        self._sync_log()
        connection = connect(self._path)
        with closed_on_error(connection):
            if schema_version(connection) == 0:
                require_new(self._path, self.lock_file)
            migrate(connection)
            require_columns(connection)
            require_sound(connection)
            self._hold_files()
        self._writer.open(connection)

    def stop(self) -> None:
        """Commit what was asked, close the database, and only then let another process in."""
        self._writer.close()
        self._readers.close()
        self._rows.forget()
        self.lock_file.release()
        self._files.release()

    @property
    def alive(self) -> bool:
        """True between `start` and `stop`."""
        return self._writer.is_open

    @property
    def damage(self) -> str | None:
        """Sentence about the damage that was found, None before."""
        return self._damage

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside a read transaction."""
        if not self.alive:
            raise StoreStopped
        self._files.require()
        with self._noting_damage(), self._readers.snapshot() as connection:
            yield connection

    def read_row(self, statement: str, parameters: Sequence[Hashable]) -> Any:
        """Run one statement and return its first row, None if there is none; what it reads is of one moment.

        Where nothing was written since it was run before, the row is the one of then.
        """
        if not self.alive:
            raise StoreStopped
        self._require_files_lately()
        with self._noting_damage():
            return self._rows.row((statement, *parameters), lambda: self._readers.row(statement, parameters))

    def write(
        self, statements: Callable[[sqlite3.Connection], T], afterwards: Callable[[T], None] | None = None
    ) -> T:
        """Run statements in the next commit (see GroupCommit.write)."""
        with self._noting_damage():
            return self._writer.write(statements, afterwards)

    def probe(self) -> None:
        """Compare the files, and ask the group commit."""
        self._files.require()
        self._writer.probe()

    def _require_files_lately(self) -> None:
        """Compare the files unless that was done a moment ago: each look at one lets other threads run first."""
        now = self._clock.now()
        if now - self._compared_at >= BETWEEN_LOOKS:
            self._files.require()
            self._compared_at = now

    @contextmanager
    def _noting_damage(self) -> Iterator[None]:
        try:
            yield
        except StoreDamaged as error:
            self._damage = str(error)
            raise

    def _sync_log(self) -> None:
        """Make durable what a process that was killed had written and not synced: from now on it is shown."""
        log = self._beside("-wal")
        try:
            if log.exists():
                sync(log)
                sync_folder(log.parent)
        except OSError as error:
            raise StoreError(f"cannot open the database {self._path}: {log}: {error.strerror}") from error

    def _hold_files(self) -> None:
        """Note the database and its log, which SQLite keeps open from now on."""
        for path in (self._path, self._beside("-wal"), self._beside("-shm")):
            try:
                self._files.hold(path)
            except OSError as error:
                raise StoreError(f"cannot open the database {self._path}: no {path}: {error.strerror}") from error

    def _beside(self, ending: str) -> Path:
        return self._path.with_name(self._path.name + ending)
