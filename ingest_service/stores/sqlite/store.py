"""The store in one SQLite file, for one process."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from ingest_service.clock import Clock
from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import LastSlot, Outcome, Slip, Slot, Verdict
from ingest_service.domain.model import Ingestion, Priority, Submission
from ingest_service.errors import KeyReused
from ingest_service.stores.sqlite.cancelling import insert_cancellation
from ingest_service.stores.sqlite.connections import closed_on_error, connect
from ingest_service.stores.sqlite.group_commit import GroupCommit
from ingest_service.stores.sqlite.keys import Key, insert_key, read_key
from ingest_service.stores.sqlite.lock_file import LockFile
from ingest_service.stores.sqlite.pruning import read_ended, remove_history
from ingest_service.stores.sqlite.reading import SqliteReading
from ingest_service.stores.sqlite.releasing import finish_slot, insert_slot
from ingest_service.stores.sqlite.rows import insert_ingestion
from ingest_service.stores.sqlite.schema import migrate
from ingest_service.stores.sqlite.slips import insert_slips
from ingest_service.stores.sqlite.summaries import read_last_slot


class SqliteStore(SqliteReading):
    """Fits the port `Store`: one thread writes for all (a group commit), readers have connections of their own."""

    def __init__(
        self, path: Path, clock: Clock, committed: Callable[[int, int], None] = lambda _writes, _nanoseconds: None
    ) -> None:
        super().__init__(path)
        self._path = path
        self._clock = clock
        self._lock_file = LockFile(path.with_name(path.name + ".lock"))
        self._writer = GroupCommit(clock, committed)

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

    def add(self, submission: Submission, accepted: Callable[[Entry], None], key: str | None = None) -> UUID:
        """Keep a submission in one row; the writing thread calls `accepted` after the commit."""
        keyed = None if key is None else Key.of(key, submission)

        def insert(connection: sqlite3.Connection) -> Entry | UUID | KeyReused:
            before = read_key(connection, keyed) if keyed else None
            return before or self._insert(connection, submission, keyed)

        def tell(kept: Entry | UUID | KeyReused) -> None:
            if isinstance(kept, Entry):
                accepted(kept)

        kept = self._writer.write(insert, tell)
        if isinstance(kept, KeyReused):
            raise kept
        return kept.ingestion.id if isinstance(kept, Entry) else kept

    def cancel(self, sequence: int, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        """Keep in one commit that an ingestion was cancelled, and what came of its ids by that."""
        self._writer.write(
            lambda connection: insert_cancellation(connection, sequence, outcomes, self._clock.wall())
        )

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        """Write another priority."""

        def update(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE ingestions SET priority = ? WHERE sequence = ?", [priority, sequence])

        self._writer.write(update)

    def pause(self, at: int | None) -> None:
        """Write since when an operator has paused the dispatcher."""

        def replace(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM operator_pause")
            if at is not None:
                connection.execute("INSERT INTO operator_pause (one, at) VALUES (1, ?)", [at])

        self._writer.write(replace)

    def add_slips(self, slips: Mapping[int, Slip]) -> None:
        """Write slips in one commit."""
        self._writer.write(lambda connection: insert_slips(connection, slips))

    def prune(self, ended_before: int, keys_before: int, most: int) -> bool:
        """Look for history first, so that the search holds nobody up, and remove some of it in one commit."""
        with self._snapshot() as connection:
            ended = read_ended(connection, ended_before, most)
        return self._writer.write(lambda connection: remove_history(connection, ended, keys_before, most))

    def last_slot(self) -> LastSlot | None:
        """Read the end of the ledger, trusted only if the lock file confirms it."""
        with self._snapshot() as connection:
            last = read_last_slot(connection)
        return last and replace(last, trusted=self._lock_file.confirms(last.number))

    def open_slot(self, slot: Slot) -> None:
        """Write down the slot in one commit, and name it in the lock file."""
        self._writer.write(lambda connection: insert_slot(connection, slot))
        self._lock_file.record(slot.number)

    def close_slot(self, slot: Slot, verdicts: Sequence[Verdict], started: int, paused_until: int | None) -> None:
        """Write down all that came of the slot in one commit."""

        def finish(connection: sqlite3.Connection) -> None:
            finish_slot(connection, slot, verdicts, started, self._clock.wall())
            if paused_until is not None:
                connection.execute("INSERT OR REPLACE INTO pause (one, until) VALUES (1, ?)", [paused_until])

        self._writer.write(finish)

    def _insert(self, connection: sqlite3.Connection, submission: Submission, key: Key | None) -> Entry:
        ingestion = Ingestion.of(submission, self._clock.wall())
        sequence = insert_ingestion(connection, ingestion)
        if key is not None:
            insert_key(connection, key, sequence, ingestion)
        return Entry.of(sequence, ingestion, range(len(ingestion.ids)))
