"""What the ledger tells, read from the SQLite store."""

import sqlite3
from uuid import UUID

from ingest_service.domain.ledger import BatchHistory, LastSlot, LedgerSummary, SlotRecord
from ingest_service.domain.progress import Progress
from ingest_service.stores.sqlite.counting import count_failed


def read_summary(connection: sqlite3.Connection, sequence: int) -> LedgerSummary:
    """Make an account of what is in the ledger."""
    used = connection.execute(
        "SELECT count(*), min(opened_at), max(closed_at) FROM slots "
        "WHERE number IN (SELECT DISTINCT slot FROM calls WHERE sequence = ?)",
        [sequence],
    ).fetchone()
    return LedgerSummary(count_failed(connection, [sequence])[sequence], *used)


def read_batch_histories(
    connection: sqlite3.Connection, progress: Progress, numbers: range
) -> dict[int, BatchHistory]:
    """Make accounts of those of these batches that were called."""
    size = progress.ingestion.batch_size
    rows = connection.execute(
        "SELECT batch, attempts, first_opened_at, closed_at FROM (SELECT position / ? AS batch, "
        "count(DISTINCT slot) AS attempts, min(opened_at) AS first_opened_at, max(slot) AS last_slot "
        "FROM calls JOIN slots ON slot = number "
        "WHERE sequence = ? AND position >= ? AND position < ? GROUP BY batch) "
        "JOIN slots ON number = last_slot",
        [size, progress.sequence, numbers.start * size, numbers.stop * size],
    )
    return {row[0]: BatchHistory(*row) for row in rows}


def read_slots(connection: sqlite3.Connection, before: int, limit: int) -> list[SlotRecord]:
    """Make accounts of the last slots below a number."""
    slots = connection.execute(
        "SELECT number, opened_at, closed_at FROM slots WHERE number < ? ORDER BY number DESC LIMIT ?",
        [before, limit],
    ).fetchall()
    return [
        SlotRecord(number, opened_at, closed_at, _calls(connection, number))
        for number, opened_at, closed_at in slots
    ]


def read_last_slot(connection: sqlite3.Connection) -> LastSlot | None:
    """Read the end of the ledger, which nothing here proves to be trusted."""
    row = connection.execute("SELECT number, boot, started FROM slots ORDER BY number DESC LIMIT 1").fetchone()
    if row is None:
        return None
    number, boot, started = row
    return LastSlot(number, boot, started, trusted=False)


def _calls(connection: sqlite3.Connection, slot: int) -> tuple[tuple[UUID, int, int], ...]:
    rows = connection.execute(
        "SELECT id, position / batch_size, record_id FROM calls JOIN ingestions USING (sequence) "
        "WHERE slot = ? ORDER BY place, priority, sequence, position",
        [slot],
    )
    return tuple((UUID(bytes=ingestion_id), number, record_id) for ingestion_id, number, record_id in rows)
