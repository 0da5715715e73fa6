"""Counts of batches and failures, made without reading any ids."""

from collections import Counter
from collections.abc import Collection, Mapping

from ingest_service.domain.model import Priority, Status
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.rows import ID_COUNT, in_list

BATCHES = f"({ID_COUNT} + batch_size - 1) / batch_size"
_UNRELEASED = f"coalesce(sum({BATCHES} - (released + batch_size - 1) / batch_size), 0)"
_OF_PRIORITY = "CROSS JOIN ingestions USING (sequence) WHERE ingestions.priority = ?"
# One priority at a time: a GROUP BY would sort the ids with the rest.
COUNT_ALL = f"SELECT coalesce(sum({BATCHES}), 0) FROM ingestions WHERE priority = ?"
_UNFINISHED = {
    Status.YET_TO_START: f"SELECT {_UNRELEASED} FROM backlog {_OF_PRIORITY}",
    Status.TRIGGERED: f"SELECT count(*) FROM open_batches {_OF_PRIORITY}",
    Status.CANCELLED: f"SELECT {_UNRELEASED} FROM cancellations {_OF_PRIORITY}",
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


def count_batches(connection: Connection, count_all: str = COUNT_ALL) -> Mapping[tuple[Priority, Status], int]:
    """Count all batches; those that neither wait nor are open nor were cancelled are completed.

    `count_all` is a statement that counts those of a priority.
    """
    counts: Counter[tuple[Priority, Status]] = Counter()
    for priority in Priority:
        (counts[priority, Status.COMPLETED],) = connection.execute(count_all, [priority]).fetchone()
        for status, statement in _UNFINISHED.items():
            (counts[priority, status],) = connection.execute(statement, [priority]).fetchone()
            counts[priority, Status.COMPLETED] -= counts[priority, status]
    return +counts
