"""The rows of the SQLite store: how values are written into them and read back."""

import json
import sqlite3
from typing import Any
from uuid import UUID

from ingest_service.domain import Batch, Entry, Ingestion, Priority
from ingest_service.ledger import Outcome
from ingest_service.packed_ids import PackedIds

INGESTION = "id, priority, batch_size, ids, created_at"


def read_ingestion(columns: tuple[bytes, int, int, bytes, int]) -> Ingestion:
    """Make an ingestion of the columns INGESTION."""
    ingestion_id, priority, batch_size, ids, created_at = columns
    return Ingestion(UUID(bytes=ingestion_id), Priority(priority), batch_size, PackedIds(ids), created_at)


def read_entry(row: tuple[Any, ...]) -> Entry:
    """Make an entry of (sequence, number, end, *INGESTION); an end of None is the ingestion's."""
    sequence, number, end, *columns = row
    ingestion = read_ingestion(tuple(columns))
    return Entry(ingestion.priority, sequence, number, ingestion.batch_count if end is None else end, ingestion)


def read_outcome(row: tuple[int, str | None, str | None]) -> Outcome:
    """Make an outcome of (record_id, result, error)."""
    record_id, result, error = row
    return Outcome(record_id, None if result is None else json.loads(result), error)


def insert_ingestion(connection: sqlite3.Connection, ingestion: Ingestion) -> int:
    """Write an ingestion and its cursor; return its sequence."""
    row = [
        ingestion.id.bytes,
        ingestion.priority,
        ingestion.batch_size,
        ingestion.ids.packed,
        ingestion.created_at,
    ]
    cursor = connection.execute(f"INSERT INTO ingestions ({INGESTION}) VALUES (?, ?, ?, ?, ?)", row)
    sequence = cursor.lastrowid
    assert sequence is not None, "an insert was made"
    connection.execute("INSERT INTO backlog (sequence, released) VALUES (?, 0)", [sequence])
    return sequence


def release_batch(connection: sqlite3.Connection, slot: int, batch: Batch) -> None:
    """Move the cursor past a batch. A batch that is released again, after a crash, lies behind the cursor."""
    key = [batch.sequence, batch.number]
    connection.execute("INSERT OR IGNORE INTO open_batches (sequence, number) VALUES (?, ?)", key)
    connection.execute("UPDATE backlog SET released = released + 1 WHERE sequence = ? AND released = ?", key)
    connection.execute(
        "DELETE FROM backlog WHERE sequence = ?1 AND released * "
        "(SELECT batch_size FROM ingestions WHERE sequence = ?1) >= "
        "(SELECT length(ids) / 4 FROM ingestions WHERE sequence = ?1)",
        [batch.sequence],
    )
    positions = range(batch.first, batch.first + len(batch.ids))
    connection.executemany(
        "INSERT INTO calls (sequence, position, slot) VALUES (?, ?, ?)",
        [(batch.sequence, position, slot) for position in positions],
    )


def finish_batch(connection: sqlite3.Connection, batch: Batch, outcomes: list[Outcome]) -> None:
    """Write the outcomes of a batch, one for each of its ids, in order; it is open no more."""
    connection.execute(
        "DELETE FROM open_batches WHERE sequence = ? AND number = ?", [batch.sequence, batch.number]
    )
    connection.executemany(
        "INSERT INTO outcomes (sequence, position, record_id, result, error) VALUES (?, ?, ?, ?, ?)",
        [
            (batch.sequence, position, outcome.record_id, _written(outcome.result), outcome.error)
            for position, outcome in enumerate(outcomes, batch.first)
        ],
    )


def _written(result: Any) -> str | None:
    return None if result is None else json.dumps(result, separators=(",", ":"))
