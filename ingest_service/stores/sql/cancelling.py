"""Writing a cancellation."""

from collections.abc import Sequence

from ingest_service.domain.ledger import Outcome
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.outcomes import finish_if_done, insert_outcome
from ingest_service.stores.sql.rows import ID_COUNT

# Counts the rest of a batch that was released in part; what has no cursor was released whole.
_RELEASED = (
    f"CASE WHEN backlog.released <= {ID_COUNT} / batch_size * batch_size "
    f"THEN (backlog.released + batch_size - 1) / batch_size * batch_size ELSE {ID_COUNT} END"
)


def insert_cancellation(connection: Connection, sequence: int, at: int) -> None:
    """Take an ingestion that exists out of the backlog, unless it was cancelled before."""
    connection.execute(
        "INSERT INTO cancellations (sequence, released, cancelled_at) "
        f"SELECT sequence, {_RELEASED}, ? FROM ingestions LEFT JOIN backlog USING (sequence) WHERE sequence = ? "
        "ON CONFLICT DO NOTHING",
        [at, sequence],
    )
    connection.execute("DELETE FROM backlog WHERE sequence = ?", [sequence])


def insert_last_outcomes(
    connection: Connection, sequence: int, outcomes: Sequence[tuple[int, Outcome]], batch_size: int, id_count: int
) -> None:
    """Keep outcomes of ids of an ingestion at these positions, and finish the batches that are thereby done."""
    for position, outcome in outcomes:
        insert_outcome(connection, sequence, position, outcome)
    for number in {position // batch_size for position, _ in outcomes}:
        finish_if_done(connection, sequence, number, batch_size, id_count)
