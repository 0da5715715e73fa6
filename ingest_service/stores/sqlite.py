"""The store in one SQLite file, for one process."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from uuid import UUID

from ingest_service.clock import Clock
from ingest_service.domain import Entry, Ingestion, Progress, Submission
from ingest_service.errors import StoreStopped
from ingest_service.ledger import LastSlot, Outcome, Slot, Verdict
from ingest_service.packed_ids import PackedIds
from ingest_service.stores.connections import Readers, closed_on_error, connect
from ingest_service.stores.group_commit import GroupCommit
from ingest_service.stores.lock_file import LockFile
from ingest_service.stores.open_batches import read_open_batches
from ingest_service.stores.rows import (
    INGESTION,
    close_batch,
    insert_ingestion,
    read_entry,
    read_ingestion,
    read_outcome,
    release_batch,
)
from ingest_service.stores.schema import migrate


class SqliteStore:
    """Fits the port `Store`: one thread writes for all (a group commit), readers have connections of their own."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._lock_file = LockFile(path.with_name(path.name + ".lock"))
        self._writer = GroupCommit()
        self._readers = Readers(path)

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

    def find(self, ingestion_id: UUID) -> Progress | None:
        """Read how far an ingestion has come; an ingestion without a cursor was released to the end."""
        with self._snapshot() as connection:
            row = connection.execute(
                f"SELECT sequence, released, {INGESTION} FROM ingestions LEFT JOIN backlog USING (sequence) "
                "WHERE id = ?",
                [ingestion_id.bytes],
            ).fetchone()
            if row is None:
                return None
            sequence, released, *columns = row
            ingestion = read_ingestion(columns)
            rows = connection.execute("SELECT number FROM open_batches WHERE sequence = ?", [sequence])
            still_open = frozenset(number for (number,) in rows)
        return Progress(ingestion, len(ingestion.ids) if released is None else released, still_open)

    def outcomes(self, ingestion_id: UUID, after: int, limit: int) -> list[tuple[int, Outcome]]:
        """Read a page of outcomes."""
        with self._snapshot() as connection:
            rows = connection.execute(
                "SELECT position, record_id, result, error, attempts, last_status "
                "FROM outcomes JOIN ingestions USING (sequence) "
                "WHERE id = ? AND position > ? ORDER BY position LIMIT ?",
                [ingestion_id.bytes, after, limit],
            )
            return [read_outcome(row) for row in rows]

    def failed_ids(self, ingestion_id: UUID) -> PackedIds:
        """Read the ids whose outcome is an error."""
        with self._snapshot() as connection:
            rows = connection.execute(
                "SELECT record_id FROM outcomes JOIN ingestions USING (sequence) "
                "WHERE id = ? AND error IS NOT NULL ORDER BY position",
                [ingestion_id.bytes],
            )
            return PackedIds.of(record_id for (record_id,) in rows)

    def waiting(self) -> Iterable[tuple[Entry, int]]:
        """Read the cursors, and the ids of open batches that were released and have no outcome."""
        with self._snapshot() as connection:
            yield from read_open_batches(connection)
            cursors = connection.execute(
                f"SELECT sequence, released, {INGESTION} FROM backlog JOIN ingestions USING (sequence)"
            )
            for row in cursors:
                yield read_entry(row), 0

    def paused_until(self) -> int:
        """Read when the last pause ends."""
        with self._snapshot() as connection:
            row = connection.execute("SELECT until FROM pause").fetchone()
        return 0 if row is None else int(row[0])

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
            connection.execute("UPDATE slots SET started = ? WHERE number = ?", [started, slot.number])
            for batch, own_verdicts in slot.by_batch(verdicts):
                close_batch(connection, batch, own_verdicts)
            if paused_until is not None:
                connection.execute("INSERT OR REPLACE INTO pause (one, until) VALUES (1, ?)", [paused_until])

        self._writer.write(finish)

    def _snapshot(self) -> AbstractContextManager[sqlite3.Connection]:
        if not self._writer.alive:
            raise StoreStopped
        return self._readers.snapshot()
