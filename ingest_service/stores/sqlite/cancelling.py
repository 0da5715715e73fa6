"""Writing a cancellation."""

import sqlite3
from collections.abc import Sequence

from ingest_service.domain.ledger import Outcome
from ingest_service.stores.sql.rows import ID_COUNT
from ingest_service.stores.sqlite.releasing import finish_if_done, insert_outcome


def insert_cancellation(
    connection: sqlite3.Connection, sequence: int, outcomes: Sequence[tuple[int, Outcome]], at: int
) -> None:
    """Take an ingestion out of the backlog, keep outcomes of its ids and finish what is thereby done."""
    row = connection.execute(
        f"SELECT batch_size, {ID_COUNT}, released "
        "FROM ingestions LEFT JOIN backlog USING (sequence) WHERE sequence = ?",
        [sequence],
    ).fetchone()
    if row is None:
        return
    batch_size, id_count, cursor = row
    released = id_count if cursor is None else min(id_count, -(-cursor // batch_size) * batch_size)
    connection.execute(
        "INSERT OR IGNORE INTO cancellations (sequence, released, cancelled_at) VALUES (?, ?, ?)",
        [sequence, released, at],
    )
    connection.execute("DELETE FROM backlog WHERE sequence = ?", [sequence])
    for position, outcome in outcomes:
        insert_outcome(connection, sequence, position, outcome)
    for number in {position // batch_size for position, _ in outcomes}:
        finish_if_done(connection, sequence, number, batch_size, id_count)
