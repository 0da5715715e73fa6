"""The ledger, page by page, as an audit reads it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from ingest_service.domain.audited import (
    AuditedCall,
    AuditedIngestion,
    AuditedOutcome,
    AuditedSlot,
    RemovedRun,
    SlotPage,
)
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.links import LAST_SLOT
from ingest_service.stores.sql.rows import ID_COUNT

_CALLS = (
    "SELECT slot, sequence, position, record_id, NOT EXISTS (SELECT 1 FROM calls AS other "
    "WHERE other.sequence = calls.sequence AND other.position = calls.position AND other.slot < calls.slot), "
    "position / batch_size, CASE WHEN reprioritised.sequence IS NULL THEN ingestions.priority END "
    "FROM calls LEFT JOIN ingestions USING (sequence) LEFT JOIN reprioritised USING (sequence) "
    "WHERE slot > ? AND slot <= ? ORDER BY slot, place"
)
_OF_OUTCOME = (
    "FROM calls JOIN slots ON number = slot WHERE calls.sequence = outcomes.sequence "
    "AND calls.position = outcomes.position"
)
_OUTCOMES = (
    "SELECT sequence, position, id, record_id, outcomes.attempts, "
    f"(SELECT count(*) {_OF_OUTCOME} AND substr(fates, place + 1, 1) NOT IN ('u', 'r')), "
    f"(SELECT count(*) {_OF_OUTCOME} AND fates IS NULL AND closed_at IS NOT NULL) "
    "FROM outcomes CROSS JOIN ingestions USING (sequence) WHERE (sequence, position) > (?, ?) "
    "ORDER BY sequence, position LIMIT ?"
)
# The released ids of a cancelled ingestion have outcomes.
_INGESTIONS = (
    "SELECT sequence, id, CASE WHEN backlog.sequence IS NULL AND NOT EXISTS "
    "(SELECT 1 FROM open_batches WHERE open_batches.sequence = ingestions.sequence) "
    f"THEN coalesce(cancellations.released, {ID_COUNT}) END, "
    "(SELECT count(*) FROM outcomes WHERE outcomes.sequence = ingestions.sequence) "
    "FROM ingestions LEFT JOIN backlog USING (sequence) LEFT JOIN cancellations USING (sequence) "
    "WHERE sequence > ? ORDER BY sequence LIMIT ?"
)


class Times(NamedTuple):
    """The times that an engine alone knows of the opening and the closing of a slot, as text in SQL."""

    opening: str
    closing: str


def read_slot_page(connection: Connection, after: int, limit: int, times: Times) -> SlotPage:
    """Read at most `limit` slots with numbers above `after`; a page that is not full is the last one."""
    rows = connection.execute(
        f"SELECT number, opened_at, closed_at, replica, lag, fates, {times.opening}, {times.closing}, calls_hash, "
        "link, EXISTS (SELECT 1 FROM thinned_slots WHERE thinned_slots.number = slots.number) "
        "FROM slots WHERE number > ? ORDER BY number LIMIT ?",
        [after, limit],
    ).fetchall()
    last = rows[-1][0] if len(rows) == limit else LAST_SLOT
    calls = _read_calls(connection, after, last)
    removed = connection.execute(
        # A run that has grown since the last page may begin before this one.
        "SELECT first, last, before, link FROM removed_slots WHERE last > ? AND first <= ? ORDER BY first",
        [after, last],
    )
    return SlotPage(
        tuple(_slot(row, tuple(calls.pop(row[0], ()))) for row in rows),
        tuple(map(RemovedRun._make, removed)),
        tuple((slot, len(homeless)) for slot, homeless in calls.items()),
    )


def read_ingestion_page(connection: Connection, after: int, limit: int) -> list[AuditedIngestion]:
    """Read at most `limit` ingestions with sequences above `after`."""
    rows = connection.execute(_INGESTIONS, [after, limit])
    return [AuditedIngestion(row[0], UUID(bytes=row[1]), row[2], row[3]) for row in rows]


def read_outcome_page(
    connection: Connection, after: tuple[int, int], limit: int
) -> tuple[list[AuditedOutcome], tuple[int, int] | None]:
    """Read the outcomes behind a (sequence, position), at most `limit`; return where to go on, None at the end."""
    rows = connection.execute(_OUTCOMES, [*after, limit]).fetchall()
    found = [AuditedOutcome(UUID(bytes=row[2]), row[3], row[4], row[5], row[5] + row[6]) for row in rows]
    return found, (rows[-1][0], rows[-1][1]) if len(rows) == limit else None


def _read_calls(connection: Connection, after: int, last: int) -> dict[int, list[AuditedCall]]:
    calls: dict[int, list[AuditedCall]] = defaultdict(list)
    for slot, sequence, position, record_id, is_first, batch, priority in connection.execute(
        _CALLS, [after, last]
    ):
        calls[slot].append(AuditedCall(sequence, position, record_id, bool(is_first), batch, priority))
    return calls


def _slot(row: Sequence[Any], calls: tuple[AuditedCall, ...]) -> AuditedSlot:
    columns: list[Any] = [*row[:-1], bool(row[-1]), calls]
    return AuditedSlot(*columns)
