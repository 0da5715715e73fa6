"""What a start finds of the batches that were released and are not finished."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from ingest_service.domain import Entry, Ingestion
from ingest_service.stores.rows import INGESTION, read_ingestion


def read_open_batches(connection: sqlite3.Connection) -> Iterator[tuple[Entry, int]]:
    """Yield the entries to be called again, each with the time (wall clock) at which it is due, 0 for at once.

    Ids of one batch that have had the same number of attempts and are due together wait together.
    """
    rows = connection.execute(
        f"SELECT sequence, number, coalesce(released, length(ids) / 4), {INGESTION} FROM open_batches "
        "JOIN ingestions USING (sequence) LEFT JOIN backlog USING (sequence)"
    )
    for sequence, number, released, *columns in rows:
        ingestion = read_ingestion(tuple(columns))
        for (attempts, due_at), positions in _without_outcome(
            connection, sequence, ingestion, number, released
        ).items():
            yield Entry.of(sequence, ingestion, tuple(positions), attempts), due_at


def _without_outcome(
    connection: sqlite3.Connection, sequence: int, ingestion: Ingestion, number: int, released: int
) -> dict[tuple[int, int], list[int]]:
    """Return the released positions of a batch that have no outcome, by (attempts, due_at)."""
    first = number * ingestion.batch_size
    span = [sequence, first, min(released, first + ingestion.batch_size)]
    between = "WHERE sequence = ? AND position >= ? AND position < ?"
    done = {p for (p,) in connection.execute(f"SELECT position FROM outcomes {between}", span)}
    retries = connection.execute(f"SELECT position, attempts, due_at FROM retries {between}", span)
    failed = {position: (attempts, due_at) for position, attempts, due_at in retries}
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for position in range(span[1], span[2]):
        if position not in done:
            groups[failed.get(position, (0, 0))].append(position)
    return groups
