"""Writing the cancellation of an ingestion that may have been removed."""

from collections.abc import Sequence

from ingest_service.domain.ledger import Outcome
from ingest_service.stores.sql.cancelling import insert_cancellation, insert_last_outcomes
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.rows import ID_COUNT


def cancel_ingestion(
    connection: Connection, sequence: int, outcomes: Sequence[tuple[int, Outcome]], at: int
) -> None:
    """Take an ingestion out of the backlog, keep outcomes of its ids and finish what is thereby done."""
    row = connection.execute(
        f"SELECT batch_size, {ID_COUNT} FROM ingestions WHERE sequence = ?", [sequence]
    ).fetchone()
    if row is None:
        return
    insert_cancellation(connection, sequence, at)
    insert_last_outcomes(connection, sequence, outcomes, *row)
