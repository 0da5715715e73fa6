"""Writing the release of batches, and what disturbs its order."""

from ingest_service.domain.model import Batch
from ingest_service.stores.sql.database import Connection


def release_batch(connection: Connection, batch: Batch) -> None:
    """Open a batch, and move the cursor past its ids if it had not come there before."""
    connection.execute(
        "INSERT INTO open_batches (sequence, number) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [batch.sequence, batch.number],
    )
    connection.execute(
        "UPDATE backlog SET released = ? WHERE sequence = ? AND released = ?",
        [batch.positions[-1] + 1, batch.sequence, batch.positions[0]],
    )
    if batch.positions[-1] + 1 == batch.ingestion.id_count:
        connection.execute("DELETE FROM backlog WHERE sequence = ?", [batch.sequence])


def mark_reprioritised(connection: Connection, sequence: int) -> None:
    """Keep that an ingestion, if there is one, has not always had the priority that it has."""
    connection.execute(
        "INSERT INTO reprioritised (sequence) SELECT sequence FROM ingestions WHERE sequence = ? "
        "ON CONFLICT DO NOTHING",
        [sequence],
    )
