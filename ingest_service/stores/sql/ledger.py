"""Slots, calls and their summaries, read from the ledger."""

from uuid import UUID

from ingest_service.domain.ledger import BatchHistory, LedgerSummary, SlotRecord
from ingest_service.domain.progress import Progress
from ingest_service.stores.sql.counting import count_failed
from ingest_service.stores.sql.database import Connection


def read_summary(connection: Connection, sequence: int) -> LedgerSummary:
    """Summarise the slots of an ingestion."""
    used = connection.execute(
        "SELECT count(*), min(opened_at), max(closed_at) FROM slots "
        "WHERE number IN (SELECT DISTINCT slot FROM calls WHERE sequence = ?)",
        [sequence],
    ).fetchone()
    return LedgerSummary(count_failed(connection, [sequence])[sequence], *used)


def read_batch_histories(connection: Connection, progress: Progress, numbers: range) -> dict[int, BatchHistory]:
    """Read the histories of those of these batches that were called, by their numbers."""
    size = progress.ingestion.batch_size
    rows = connection.execute(
        "SELECT batch, attempts, first_opened_at, closed_at FROM (SELECT position / ? AS batch, "
        "count(DISTINCT slot) AS attempts, min(opened_at) AS first_opened_at, max(slot) AS last_slot "
        "FROM calls JOIN slots ON slot = number "
        "WHERE sequence = ? AND position >= ? AND position < ? GROUP BY batch) AS called "
        "JOIN slots ON number = last_slot",
        [size, progress.sequence, numbers.start * size, numbers.stop * size],
    )
    return {row[0]: BatchHistory(*row) for row in rows}


def read_slots(connection: Connection, before: int, limit: int) -> list[SlotRecord]:
    """Read the last slots below a number, the latest first."""
    slots = connection.execute(
        "SELECT number, opened_at, closed_at FROM slots WHERE number < ? ORDER BY number DESC LIMIT ?",
        [before, limit],
    ).fetchall()
    return [
        SlotRecord(number, opened_at, closed_at, _calls(connection, number))
        for number, opened_at, closed_at in slots
    ]


def _calls(connection: Connection, slot: int) -> tuple[tuple[UUID, int, int], ...]:
    rows = connection.execute(
        "SELECT id, position / batch_size, record_id FROM calls JOIN ingestions USING (sequence) "
        "WHERE slot = ? ORDER BY place, priority, sequence, position",
        [slot],
    )
    return tuple((UUID(bytes=ingestion_id), number, record_id) for ingestion_id, number, record_id in rows)
