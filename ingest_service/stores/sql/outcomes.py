"""Writing what came of the ids of a batch."""

from ingest_service.domain.ledger import Outcome
from ingest_service.stores.sql.database import Connection


def insert_outcome(connection: Connection, sequence: int, position: int, outcome: Outcome) -> None:
    """Write what came of an id in the end, unless that is written already; it is called no more."""
    connection.execute("DELETE FROM retries WHERE sequence = ? AND position = ?", [sequence, position])
    connection.execute(
        "INSERT INTO outcomes (sequence, position, record_id, result, error, attempts, last_status) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            *(sequence, position, outcome.record_id),
            *(outcome.result, outcome.error, outcome.attempts, outcome.last_status),
        ],
    )


def finish_if_done(connection: Connection, sequence: int, number: int, batch_size: int, id_count: int) -> None:
    """Let a batch be open no more once each of its ids has an outcome."""
    first = number * batch_size
    connection.execute(
        "DELETE FROM open_batches WHERE sequence = ? AND number = ? AND "
        "(SELECT count(*) FROM outcomes WHERE sequence = ? AND position >= ? AND position < ?) = ?",
        [sequence, number, sequence, first, first + batch_size, min(batch_size, id_count - first)],
    )
