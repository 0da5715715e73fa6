"""Progress of ingestions, read without their ids."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from ingest_service.domain.ledger import ReleaseState
from ingest_service.domain.model import Priority
from ingest_service.domain.progress import Progress
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.rows import ID_COUNT, INGESTION, in_list, read_ingestion

# An ingestion without a cursor was released to the end, unless it was cancelled.
RELEASED = f"coalesce(cancellations.released, backlog.released, {ID_COUNT})"
_PROGRESS = f"SELECT sequence, {RELEASED}, cancelled_at IS NOT NULL, created_at, {INGESTION} FROM"
JOINED = (
    "LEFT JOIN backlog USING (sequence) LEFT JOIN cancellations USING (sequence) "
    "LEFT JOIN deadlines USING (sequence)"
)


def read_progress(connection: Connection, ingestion_id: UUID) -> Progress | None:
    """Find an ingestion by its id."""
    row = connection.execute(f"{_PROGRESS} ingestions {JOINED} WHERE id = ?", [ingestion_id.bytes]).fetchone()
    return None if row is None else _progress(row, _open_numbers(connection, [row[0]]))


def read_all(connection: Connection, source: str, parameters: Sequence[object]) -> list[Progress]:
    """Read the ingestions of a source, which is what follows FROM and has JOINED, in its order."""
    rows = connection.execute(f"{_PROGRESS} {source}", parameters).fetchall()
    open_numbers = _open_numbers(connection, [row[0] for row in rows])
    return [_progress(row, open_numbers) for row in rows]


def read_release_states(connection: Connection, sequences: Collection[int]) -> dict[int, ReleaseState]:
    """Read the states of ingestions that exist, at least one, by their sequences."""
    rows = connection.execute(
        f"SELECT sequence, ingestions.priority, {RELEASED}, cancelled_at IS NOT NULL "
        f"FROM ingestions {JOINED} WHERE sequence IN {in_list(sequences)}",
        [*sequences],
    )
    return {
        sequence: ReleaseState(Priority(priority), released, bool(cancelled))
        for sequence, priority, released, cancelled in rows
    }


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
    sequence, released, cancelled, created_at, *ingestion = row
    open_batches = frozenset(open_numbers.get(sequence, ()))
    return Progress(sequence, read_ingestion(ingestion), created_at, released, open_batches, bool(cancelled))
