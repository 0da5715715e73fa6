"""Counts of batches and failures, made without reading any ids."""

from collections import Counter
from collections.abc import Collection, Mapping
from types import MappingProxyType

from ingest_service.domain.model import Priority, Status
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.rows import ID_COUNT, in_list

BATCHES = f"({ID_COUNT} + batch_size - 1) / batch_size"
UNRELEASED = f"coalesce(sum({BATCHES} - (released + batch_size - 1) / batch_size), 0)"
_OF_PRIORITY = "CROSS JOIN ingestions USING (sequence) WHERE ingestions.priority = ?"
# One priority at a time: a GROUP BY would sort the ids with the rest. All batches are counted as completed first.
_STATEMENTS = {
    Status.COMPLETED: f"SELECT coalesce(sum({BATCHES}), 0) FROM ingestions WHERE priority = ?",
    Status.YET_TO_START: f"SELECT {UNRELEASED} FROM backlog {_OF_PRIORITY}",
    Status.TRIGGERED: f"SELECT count(*) FROM open_batches {_OF_PRIORITY}",
    Status.CANCELLED: f"SELECT {UNRELEASED} FROM cancellations {_OF_PRIORITY}",
}


def count_failed(connection: Connection, sequences: Collection[int]) -> dict[int, int]:
    """Count the ids of these ingestions that have failed."""
    if not sequences:
        return {}
    rows = connection.execute(
        "SELECT sequence, count(*) FROM outcomes INDEXED BY failed_outcomes "
        f"WHERE error IS NOT NULL AND sequence IN {in_list(sequences)} GROUP BY sequence",
        [*sequences],
    )
    return dict.fromkeys(sequences, 0) | dict(rows.fetchall())


def count_batches(
    connection: Connection, kept: Mapping[Status, str] = MappingProxyType({})
) -> Mapping[tuple[Priority, Status], int]:
    """Count all batches; those that neither wait nor are open nor were cancelled are completed.

    `kept` has statements to use instead, for batches of a priority: all of them under `COMPLETED`.
    """
    counts: Counter[tuple[Priority, Status]] = Counter()
    for priority in Priority:
        for status, statement in {**_STATEMENTS, **kept}.items():
            (counts[priority, status],) = connection.execute(statement, [priority]).fetchone()
            if status is not Status.COMPLETED:
                counts[priority, Status.COMPLETED] -= counts[priority, status]
    return +counts
