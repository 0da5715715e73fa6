"""The rows of the SQLite store: how values are written into them and read back."""

import sqlite3
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import Outcome
from ingest_service.domain.model import Ingestion, Priority
from ingest_service.domain.packed_ids import BYTES_PER_ID, PackedIds

_PRIORITIES = tuple(Priority)
# SQLite tells the length of a blob without reading it.
ID_COUNT = f"length(ids) / {BYTES_PER_ID}"
INGESTION = "id, priority, batch_size, ids, created_at, deadline"
JOIN_INGESTION = "JOIN ingestions USING (sequence) LEFT JOIN deadlines USING (sequence)"


def read_ingestion(columns: Sequence[Any]) -> Ingestion:
    """Make an ingestion of the columns INGESTION."""
    ingestion_id, priority, batch_size, ids, created_at, deadline = columns
    # A start reads every waiting ingestion: this way to a UUID and to a priority is the fastest one.
    uuid = UUID(int=int.from_bytes(ingestion_id))
    return Ingestion(uuid, _PRIORITIES[priority], batch_size, PackedIds(ids), created_at, deadline=deadline)


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
    cursor = connection.execute(
        "INSERT INTO ingestions (id, priority, batch_size, ids, created_at) VALUES (?, ?, ?, ?, ?)",
        [
            *(ingestion.id.bytes, ingestion.priority, ingestion.batch_size),
            *(ingestion.ids.packed, ingestion.created_at),
        ],
    )
    sequence = cursor.lastrowid
    assert sequence is not None, "an insert was made"
    connection.execute("INSERT INTO backlog (sequence, released) VALUES (?, 0)", [sequence])
    if ingestion.deadline is not None:
        connection.execute(
            "INSERT INTO deadlines (sequence, deadline) VALUES (?, ?)", [sequence, ingestion.deadline]
        )
    return sequence
