"""Entries of the batches that were released and are not finished, as a start finds them."""

from collections import defaultdict
from collections.abc import Iterator

from ingest_service.clock import Clock
from ingest_service.domain.entry import Entry
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.rows import ID_COUNT, INGESTION, JOIN_INGESTION, read_ingestion
from ingest_service.stores.sqlite.waits import Wait

_BETWEEN = "WHERE sequence = ? AND position >= ? AND position < ?"


def read_open_batches(connection: Connection, clock: Clock, ready: int) -> Iterator[tuple[Entry, int]]:
    """Yield the entries to be called again, each with the time at which it is due, 0 for at once.

    The time is of the wall clock as it runs now. `ready` is that of entries which are due at once.

    Ids of one batch that have had the same number of attempts and are due together wait together. Of a cancelled
    ingestion only those ids wait whose last call was in a slot that was never closed.
    """
    rows = connection.execute(
        "SELECT sequence, number, cancelled_at IS NOT NULL, "
        f"coalesce(backlog.released, {ID_COUNT}), {INGESTION} "
        f"FROM open_batches {JOIN_INGESTION} "
        "LEFT JOIN backlog USING (sequence) LEFT JOIN cancellations USING (sequence)"
    )
    for sequence, number, cancelled, released, *columns in rows:
        ingestion = read_ingestion(columns)
        first = number * ingestion.batch_size
        span = range(first, min(released, first + ingestion.batch_size))
        left = (
            _in_flight(connection, sequence, span) if cancelled else _without_outcome(connection, sequence, span)
        )
        for (attempts, wait), positions in _alike(connection, sequence, span, left).items():
            entry = Entry.of(sequence, ingestion, tuple(positions), attempts, ready)
            yield entry, wait.end(clock) if wait else 0


def _without_outcome(connection: Connection, sequence: int, span: range) -> list[int]:
    rows = connection.execute(f"SELECT position FROM outcomes {_BETWEEN}", [sequence, span.start, span.stop])
    done = {position for (position,) in rows}
    return [position for position in span if position not in done]


def _in_flight(connection: Connection, sequence: int, span: range) -> list[int]:
    rows = connection.execute(
        f"SELECT position FROM (SELECT position, max(slot) AS last FROM calls {_BETWEEN} GROUP BY position) "
        "JOIN slots ON number = last WHERE started IS NULL ORDER BY position",
        [sequence, span.start, span.stop],
    )
    without_outcome = _without_outcome(connection, sequence, span)
    return [position for (position,) in rows if position in without_outcome]


def _alike(
    connection: Connection, sequence: int, span: range, positions: list[int]
) -> dict[tuple[int, Wait | None], list[int]]:
    """Group these positions of a batch by their attempts and waits."""
    rows = connection.execute(
        f"SELECT position, attempts, due_at, boot, due, length FROM retries {_BETWEEN}",
        [sequence, span.start, span.stop],
    )
    failed = {position: (attempts, Wait(*wait)) for position, attempts, *wait in rows}
    groups: dict[tuple[int, Wait | None], list[int]] = defaultdict(list)
    for position in positions:
        groups[failed.get(position, (0, None))].append(position)
    return groups
