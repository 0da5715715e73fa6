"""The store in one SQLite file, for one process."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from ingest_service.clock import Clock
from ingest_service.domain import Entry, Ingestion, Submission
from ingest_service.ledger import LastSlot, Slot, Verdict
from ingest_service.stores.connections import closed_on_error, connect
from ingest_service.stores.group_commit import GroupCommit
from ingest_service.stores.lock_file import LockFile
from ingest_service.stores.reading import SqliteReading
from ingest_service.stores.rows import close_batch, insert_ingestion, release_batch
from ingest_service.stores.schema import migrate


class SqliteStore(SqliteReading):
    """Fits the port `Store`: one thread writes for all (a group commit), readers have connections of their own."""

    def __init__(self, path: Path, clock: Clock) -> None:
        super().__init__(path)
        self._path = path
        self._clock = clock
        self._lock_file = LockFile(path.with_name(path.name + ".lock"))
        self._writer = GroupCommit()

    def start(self) -> None:
        """Lock, open and migrate the database. Raises StoreInUse, or StoreError where it cannot be opened."""
        if self._writer.alive:
            return
        self._lock_file.acquire()
        connection = connect(self._path)
        with closed_on_error(connection):
            migrate(connection)
        self._writer.start(connection)

    def stop(self) -> None:
        """Commit what was asked, close the database, and only then let another process in."""
        self._writer.stop()
        self._readers.close()
        self._lock_file.release()

    @property
    def alive(self) -> bool:
        """Whether the writing thread runs."""
        return self._writer.alive

    def add(self, submission: Submission, accepted: Callable[[Entry], None]) -> None:
        """Keep a submission in one row; the writing thread calls `accepted` after the commit."""

        def insert(connection: sqlite3.Connection) -> Callable[[], None]:
            ingestion = Ingestion.of(submission, self._clock.wall())
            sequence = insert_ingestion(connection, ingestion)
            entry = Entry.of(sequence, ingestion, range(len(ingestion.ids)))
            return lambda: accepted(entry)

        self._writer.write(insert)

    def last_slot(self) -> LastSlot | None:
        """Read the end of the ledger, trusted only if the lock file confirms it."""
        with self._snapshot() as connection:
            row = connection.execute(
                "SELECT number, boot, started FROM slots ORDER BY number DESC LIMIT 1"
            ).fetchone()
        if row is None:
            return None
        number, boot, started = row
        return LastSlot(number, boot, started, self._lock_file.confirms(number))

    def open_slot(self, slot: Slot) -> None:
        """Write down the slot in one commit, and name it in the lock file."""

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO slots (number, boot, opened, opened_at) VALUES (?, ?, ?, ?)",
                [slot.number, slot.boot, slot.opened, slot.opened_at],
            )
            for batch in slot.batches:
                release_batch(connection, slot.number, batch)

        self._writer.write(insert)
        self._lock_file.record(slot.number)

    def close_slot(self, slot: Slot, verdicts: Sequence[Verdict], started: int, paused_until: int | None) -> None:
        """Write down all that came of the slot in one commit."""

        def finish(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE slots SET started = ?, closed_at = ? WHERE number = ?",
                [started, self._clock.wall(), slot.number],
            )
            for batch, own_verdicts in slot.by_batch(verdicts):
                close_batch(connection, batch, own_verdicts)
            if paused_until is not None:
                connection.execute("INSERT OR REPLACE INTO pause (one, until) VALUES (1, ?)", [paused_until])

        self._writer.write(finish)
