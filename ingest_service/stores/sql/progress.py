"""Progress of ingestions, read without their ids."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from ingest_service.domain.ledger import ReleaseState
from ingest_service.domain.model import Priority, Status
from ingest_service.domain.progress import Progress
from ingest_service.ports.records import ListFilter
from ingest_service.stores.sql.counting import count_failed
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.rows import ID_COUNT, INGESTION, in_list, read_ingestion

# An ingestion without a cursor was released to the end, unless it was cancelled.
_RELEASED = f"coalesce(cancellations.released, backlog.released, {ID_COUNT})"
_PROGRESS = f"SELECT sequence, {_RELEASED}, cancelled_at IS NOT NULL, {INGESTION} FROM"
_JOINED = (
    "LEFT JOIN backlog USING (sequence) LEFT JOIN cancellations USING (sequence) "
    "LEFT JOIN deadlines USING (sequence)"
)
# CROSS JOIN keeps the order: what waits, is open or was cancelled is gone through, and not all of history.
_SOURCES = {
    None: "ingestions",
    Status.YET_TO_START: "(SELECT sequence FROM backlog WHERE released = 0) AS chosen "
    "CROSS JOIN ingestions USING (sequence)",
    Status.TRIGGERED: "(SELECT sequence FROM open_batches "
    "UNION SELECT sequence FROM backlog WHERE released > 0) AS chosen "
    "CROSS JOIN ingestions USING (sequence)",
    Status.COMPLETED: "ingestions",
    Status.CANCELLED: "(SELECT sequence FROM cancellations) AS chosen CROSS JOIN ingestions USING (sequence)",
}
_NOT_OPEN = "sequence NOT IN (SELECT sequence FROM open_batches)"
# More than all is never released. PostgreSQL expects few rows of an `=`, and would go through all of history.
_CONDITIONS = dict.fromkeys(_SOURCES, "") | {
    Status.COMPLETED: f"AND backlog.sequence IS NULL AND {_RELEASED} >= {ID_COUNT} AND {_NOT_OPEN}",
    Status.CANCELLED: f"AND {_RELEASED} < {ID_COUNT} AND {_NOT_OPEN}",
}


def read_progress(connection: Connection, ingestion_id: UUID) -> Progress | None:
    """Find an ingestion by its id."""
    row = connection.execute(f"{_PROGRESS} ingestions {_JOINED} WHERE id = ?", [ingestion_id.bytes]).fetchone()
    return None if row is None else _progress(row, _open_numbers(connection, [row[0]]))


def read_listed(connection: Connection, wanted: ListFilter) -> list[tuple[Progress, int]]:
    """Find the ingestions that fit a filter with the number of their failed ids, the newest first."""
    of_priority = "" if wanted.priority is None else f"AND ingestions.priority = {wanted.priority:d}"
    rows = connection.execute(
        f"{_PROGRESS} {_SOURCES[wanted.status]} {_JOINED} WHERE sequence < ? {of_priority} "
        f"{_CONDITIONS[wanted.status]} ORDER BY sequence DESC LIMIT ?",
        [wanted.before, wanted.limit],
    ).fetchall()
    sequences = [row[0] for row in rows]
    failed, open_numbers = count_failed(connection, sequences), _open_numbers(connection, sequences)
    return [(_progress(row, open_numbers), failed[row[0]]) for row in rows]


def read_release_state(connection: Connection, sequence: int) -> ReleaseState:
    """Read the state of an ingestion that exists."""
    priority, released, cancelled = connection.execute(
        f"SELECT ingestions.priority, {_RELEASED}, cancelled_at IS NOT NULL "
        f"FROM ingestions {_JOINED} WHERE sequence = ?",
        [sequence],
    ).fetchone()
    return ReleaseState(Priority(priority), released, bool(cancelled))


def _open_numbers(connection: Connection, sequences: Collection[int]) -> Mapping[int, set[int]]:
    """Read the numbers of the open batches of these ingestions."""
    numbers: dict[int, set[int]] = defaultdict(set)
    if sequences:
        rows = connection.execute(
            f"SELECT sequence, number FROM open_batches WHERE sequence IN {in_list(sequences)}", [*sequences]
        )
        for sequence, number in rows:
            numbers[sequence].add(number)
    return numbers


def _progress(row: Sequence[Any], open_numbers: Mapping[int, set[int]]) -> Progress:
    sequence, released, cancelled, *ingestion = row
    open_batches = frozenset(open_numbers.get(sequence, ()))
    return Progress(sequence, read_ingestion(ingestion), released, open_batches, bool(cancelled))
