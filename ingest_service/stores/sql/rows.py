"""Columns of the tables, and the values made of them."""

from collections.abc import Sequence, Sized
from typing import Any

from ingest_service.domain.ledger import Outcome
from ingest_service.domain.model import Ingestion, Priority
from ingest_service.domain.packed_ids import BYTES_PER_ID, PackedIds
from ingest_service.stores.sql.database import Connection

_PRIORITIES = tuple(Priority)
# The length of a blob is known without reading it.
ID_COUNT = f"length(ids) / {BYTES_PER_ID}"
INGESTION = f"id, ingestions.priority, batch_size, {ID_COUNT}, deadline"
JOIN_INGESTION = "JOIN ingestions USING (sequence) LEFT JOIN deadlines USING (sequence)"


def in_list(values: Sized) -> str:
    """Return the right side of an IN, with `?` for each value. There must be some."""
    return f"({', '.join('?' * len(values))})"


def read_ingestion(columns: Sequence[Any]) -> Ingestion:
    """Make an ingestion of the columns INGESTION."""
    ingestion_id, priority, batch_size, id_count, deadline = columns
    # A start may read every waiting ingestion: this way to a priority is the fastest one.
    number = int.from_bytes(ingestion_id)
    return Ingestion(number, _PRIORITIES[priority], batch_size, id_count, deadline)


def read_outcome(row: Sequence[Any]) -> tuple[int, Outcome]:
    """Make a position and an outcome of (position, record_id, result, error, attempts, last_status)."""
    position, record_id, result, error, attempts, last_status = row
    return position, Outcome(record_id, result, error, attempts, last_status)


def read_ids(connection: Connection, sequence: int) -> PackedIds:
    """Read all ids of an ingestion, none of an unknown one."""
    row = connection.execute("SELECT ids FROM ingestions WHERE sequence = ?", [sequence]).fetchone()
    return PackedIds(row[0] if row else b"")


def read_span(connection: Connection, sequence: int, start: int, stop: int) -> PackedIds:
    """Read the ids of an ingestion from position `start` up to, but not including, `stop`."""
    row = connection.execute(
        "SELECT substr(ids, ?, ?) FROM ingestions WHERE sequence = ?",
        [start * BYTES_PER_ID + 1, (stop - start) * BYTES_PER_ID, sequence],
    ).fetchone()
    return PackedIds(row[0] if row else b"")


def read_positions(connection: Connection, sequence: int, positions: Sequence[int]) -> tuple[int, ...]:
    """Read the ids of an ingestion at these positions, which are neighbours or nearly so, in ascending order."""
    if not positions:
        return ()
    span = read_span(connection, sequence, positions[0], positions[-1] + 1)
    return tuple(span[position - positions[0]] for position in positions)
