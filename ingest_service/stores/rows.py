"""The rows of the SQLite store: how values are written into them and read back."""

import sqlite3
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ingest_service.domain import Batch, Entry, Ingestion, Priority
from ingest_service.ledger import Outcome, Retry, Verdict
from ingest_service.packed_ids import PackedIds

_PRIORITIES = tuple(Priority)
INGESTION = "id, priority, batch_size, ids, created_at"


def read_ingestion(columns: tuple[bytes, int, int, bytes, int]) -> Ingestion:
    """Make an ingestion of the columns INGESTION."""
    ingestion_id, priority, batch_size, ids, created_at = columns
    # A start reads every waiting ingestion: this way to a UUID and to a priority is the fastest one.
    uuid = UUID(int=int.from_bytes(ingestion_id))
    return Ingestion(uuid, _PRIORITIES[priority], batch_size, PackedIds(ids), created_at)


def read_entry(row: tuple[Any, ...]) -> Entry:
    """Make an entry of (sequence, released, *INGESTION)."""
    sequence, released = row[:2]
    ingestion = read_ingestion(row[2:])
    return Entry.of(sequence, ingestion, range(released, len(ingestion.ids)))


def read_outcome(row: tuple[int, int, str | None, str | None, int, int | None]) -> tuple[int, Outcome]:
    """Make a position and an outcome of (position, record_id, result, error, attempts, last_status)."""
    position, record_id, result, error, attempts, last_status = row
    return position, Outcome(record_id, result, error, attempts, last_status)


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
    """Write down the calls of a batch, and move the cursor past its ids if it had not come there before."""
    connection.execute(
        "INSERT OR IGNORE INTO open_batches (sequence, number) VALUES (?, ?)", [batch.sequence, batch.number]
    )
    connection.execute(
        "UPDATE backlog SET released = ? WHERE sequence = ? AND released = ?",
        [batch.positions[-1] + 1, batch.sequence, batch.positions[0]],
    )
    if batch.positions[-1] + 1 == len(batch.ingestion.ids):
        connection.execute("DELETE FROM backlog WHERE sequence = ?", [batch.sequence])
    connection.executemany(
        "INSERT OR IGNORE INTO calls (sequence, position, slot, record_id) VALUES (?, ?, ?, ?)",
        [
            (batch.sequence, position, slot, record_id)
            for position, record_id in zip(batch.positions, batch.ids, strict=True)
        ],
    )


def close_batch(connection: sqlite3.Connection, batch: Batch, verdicts: Sequence[Verdict]) -> None:
    """Write the verdicts on the ids of a batch, in order; without a retry in it, it may be finished."""
    for position, verdict in zip(batch.positions, verdicts, strict=True):
        if isinstance(verdict, Retry):
            _insert_retry(connection, batch.sequence, position, verdict)
        else:
            _insert_outcome(connection, batch.sequence, position, verdict)
    _finish_if_done(connection, batch)


def _insert_retry(connection: sqlite3.Connection, sequence: int, position: int, retry: Retry) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO retries (sequence, position, attempts, due_at) VALUES (?, ?, ?, ?)",
        [sequence, position, retry.attempts, retry.due_at],
    )


def _insert_outcome(connection: sqlite3.Connection, sequence: int, position: int, outcome: Outcome) -> None:
    connection.execute("DELETE FROM retries WHERE sequence = ? AND position = ?", [sequence, position])
    connection.execute(
        "INSERT OR REPLACE INTO outcomes (sequence, position, record_id, result, error, attempts, last_status) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            *(sequence, position, outcome.record_id),
            *(outcome.result, outcome.error, outcome.attempts, outcome.last_status),
        ],
    )


def _finish_if_done(connection: sqlite3.Connection, batch: Batch) -> None:
    """Delete the open batch once each of its ids has an outcome."""
    size = batch.ingestion.batch_size
    first = batch.number * size
    span = [batch.sequence, first, first + size]
    (done,) = connection.execute(
        "SELECT count(*) FROM outcomes WHERE sequence = ? AND position >= ? AND position < ?", span
    ).fetchone()
    if done == min(size, len(batch.ingestion.ids) - first):
        connection.execute(
            "DELETE FROM open_batches WHERE sequence = ? AND number = ?", [batch.sequence, batch.number]
        )
