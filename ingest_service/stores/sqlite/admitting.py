"""Writing a new ingestion."""

import sqlite3

from ingest_service.domain.model import Ingestion
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.stores.sqlite.checksums import insert_checksums


def insert_ingestion(connection: sqlite3.Connection, ingestion: Ingestion, ids: PackedIds, created_at: int) -> int:
    """Write an ingestion, its cursor and the checksums of its ids; return its sequence.

    It was accepted at `created_at` (wall clock).
    """
    key, size = ingestion.id.bytes, ingestion.batch_size
    sequence = connection.execute(
        "INSERT INTO ingestions (id, priority, batch_size, ids, created_at) VALUES (?, ?, ?, ?, ?)",
        [key, ingestion.priority, size, ids.packed, created_at],
    ).lastrowid
    assert sequence is not None, "an insert was made"
    connection.execute("INSERT INTO backlog (sequence, released) VALUES (?, 0)", [sequence])
    insert_checksums(connection, sequence, ids)
    if ingestion.deadline is not None:
        connection.execute(
            "INSERT INTO deadlines (sequence, deadline) VALUES (?, ?)", [sequence, ingestion.deadline]
        )
    return sequence
