"""Slots, calls and their summaries, read from the ledger."""

from collections.abc import Collection
from uuid import UUID

from ingest_service.domain.ledger import BatchHistory, LedgerSummary, SlotRecord
from ingest_service.domain.progress import Progress
from ingest_service.stores.sql.counting import count_failed
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.rows import in_list


def read_summary(connection: Connection, sequence: int) -> LedgerSummary:
    """Summarise the slots of an ingestion."""
    used = connection.execute(
        "SELECT count(*), min(opened_at), max(closed_at) FROM slots "
        "WHERE number IN (SELECT DISTINCT slot FROM calls WHERE sequence = ?)",
        [sequence],
    ).fetchone()
    return LedgerSummary(count_failed(connection, [sequence])[sequence], *used)


def count_calls(connection: Connection, sequence: int) -> tuple[int, int]:
    """Count the calls of an ingestion, and those of them that were not the first of their id."""
    calls, ids = connection.execute(
        "SELECT count(*), count(DISTINCT position) FROM calls WHERE sequence = ?", [sequence]
    ).fetchone()
    return calls, calls - ids


def read_batch_histories(connection: Connection, progress: Progress, numbers: range) -> dict[int, BatchHistory]:
    """Read the histories of those of these batches that were called, by their numbers."""
    size = progress.ingestion.batch_size
    rows = connection.execute(
        "SELECT batch, attempts, first_opened_at, closed_at FROM (SELECT position / ? AS batch, "
        "max(calls) AS attempts, min(first_opened_at) AS first_opened_at, max(last_slot) AS last_slot "
        "FROM (SELECT position, count(*) AS calls, min(opened_at) AS first_opened_at, max(slot) AS last_slot "
        "FROM calls JOIN slots ON slot = number "
        "WHERE sequence = ? AND position >= ? AND position < ? GROUP BY position) AS ids GROUP BY batch) "
        "AS called JOIN slots ON number = last_slot",
        [size, progress.sequence, numbers.start * size, numbers.stop * size],
    )
    return {row[0]: BatchHistory(*row) for row in rows}


def read_slots(connection: Connection, before: int, limit: int) -> list[SlotRecord]:
    """Read the last slots below a number, the latest first."""
    slots = connection.execute(
        "SELECT number, opened_at, closed_at, replica FROM slots WHERE number < ? ORDER BY number DESC LIMIT ?",
        [before, limit],
    ).fetchall()
    calls = _calls(connection, [number for number, *_ in slots])
    return [
        SlotRecord(number, opened_at, closed_at, tuple(calls[number]), replica)
        for number, opened_at, closed_at, replica in slots
    ]


def _calls(connection: Connection, slots: Collection[int]) -> dict[int, list[tuple[UUID, int, int]]]:
    """Read the calls of these slots, in order."""
    calls: dict[int, list[tuple[UUID, int, int]]] = {slot: [] for slot in slots}
    if slots:
        rows = connection.execute(
            "SELECT slot, id, position / batch_size, record_id FROM calls JOIN ingestions USING (sequence) "
            f"WHERE slot IN {in_list(slots)} ORDER BY slot, place, ingestions.priority, sequence, position",
            [*slots],
        )
        for slot, ingestion_id, number, record_id in rows:
            calls[slot].append((UUID(bytes=ingestion_id), number, record_id))
    return calls
