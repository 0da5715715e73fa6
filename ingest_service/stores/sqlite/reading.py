"""What is read from the SQLite store."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from uuid import UUID

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import BatchHistory, LedgerSummary, Outcome, ReleaseState, Slip, SlotRecord
from ingest_service.domain.model import Priority, Status, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.errors import KeyReused, StoreStopped
from ingest_service.ports.store import ListFilter
from ingest_service.stores.sqlite.connections import Readers
from ingest_service.stores.sqlite.counting import count_batches, count_failed
from ingest_service.stores.sqlite.keys import Key, read_key
from ingest_service.stores.sqlite.listing import read_listed, read_progress, read_release_state
from ingest_service.stores.sqlite.open_batches import read_open_batches
from ingest_service.stores.sqlite.rows import INGESTION, JOIN_INGESTION, read_entry, read_outcome
from ingest_service.stores.sqlite.slips import read_slips
from ingest_service.stores.sqlite.summaries import read_batch_histories, read_slots, read_summary


class SqliteReading(ABC):
    """The reading half of the port `Store`: each answer is of one moment. Any thread."""

    def __init__(self, path: Path) -> None:
        self._readers = Readers(path)

    @property
    @abstractmethod
    def alive(self) -> bool:
        """Whether it may be read."""

    def resubmitted(self, submission: Submission, key: str) -> UUID | None:
        """Read what came with this key."""
        with self._snapshot() as connection:
            found = read_key(connection, Key.of(key, submission))
        if isinstance(found, KeyReused):
            raise found
        return found

    def find(self, ingestion_id: UUID) -> Progress | None:
        """Read how far an ingestion has come, without its ids."""
        with self._snapshot() as connection:
            return read_progress(connection, ingestion_id)

    def ids(self, sequence: int) -> PackedIds:
        """Read the ids of an ingestion."""
        with self._snapshot() as connection:
            row = connection.execute("SELECT ids FROM ingestions WHERE sequence = ?", [sequence]).fetchone()
        return PackedIds(row[0] if row else b"")

    def listed(self, wanted: ListFilter) -> list[Progress]:
        """Read how far the wanted ingestions have come, without their ids."""
        with self._snapshot() as connection:
            return read_listed(connection, wanted)

    def failed_counts(self, sequences: Collection[int]) -> dict[int, int]:
        """Count the ids that have failed."""
        with self._snapshot() as connection:
            return count_failed(connection, sequences)

    def batch_counts(self) -> Mapping[tuple[Priority, Status], int]:
        """Count all batches."""
        with self._snapshot() as connection:
            return count_batches(connection)

    def standing(self, sequence: int) -> ReleaseState:
        """Read how an ingestion stands."""
        with self._snapshot() as connection:
            return read_release_state(connection, sequence)

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

    def account(self, sequence: int) -> LedgerSummary:
        """Read what the ledger tells of an ingestion."""
        with self._snapshot() as connection:
            return read_summary(connection, sequence)

    def batch_histories(self, progress: Progress, numbers: range) -> dict[int, BatchHistory]:
        """Read what the ledger tells of some batches."""
        with self._snapshot() as connection:
            return read_batch_histories(connection, progress, numbers)

    def slots(self, before: int, limit: int) -> list[SlotRecord]:
        """Read a page of the ledger."""
        with self._snapshot() as connection:
            return read_slots(connection, before, limit)

    def waiting(self) -> Iterable[tuple[Entry, int]]:
        """Read the cursors, and the ids of open batches that were released and have no outcome."""
        with self._snapshot() as connection:
            yield from read_open_batches(connection)
            cursors = connection.execute(f"SELECT sequence, released, {INGESTION} FROM backlog {JOIN_INGESTION}")
            for row in cursors:
                yield read_entry(row), 0

    def paused_until(self) -> int:
        """Read when the last pause ends."""
        with self._snapshot() as connection:
            row = connection.execute("SELECT until FROM pause").fetchone()
        return 0 if row is None else int(row[0])

    def slips(self, sequence: int) -> list[Slip]:
        """Read the latest slips of an ingestion."""
        with self._snapshot() as connection:
            return read_slips(connection, sequence)

    def paused_at(self) -> int | None:
        """Read since when an operator has paused the dispatcher."""
        with self._snapshot() as connection:
            row = connection.execute("SELECT at FROM operator_pause").fetchone()
        return None if row is None else int(row[0])

    def _snapshot(self) -> AbstractContextManager[sqlite3.Connection]:
        if not self.alive:
            raise StoreStopped
        return self._readers.snapshot()
