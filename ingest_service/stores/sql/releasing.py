"""Writing the batches and the calls of a slot that opens."""

from ingest_service.domain.ledger import Slot
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


def insert_calls(connection: Connection, slot: Slot) -> None:
    """Write down the calls of a slot, in order."""
    places = ((batch.sequence, position) for batch in slot.batches for position in batch.positions)
    connection.executemany(
        "INSERT INTO calls (sequence, position, slot, record_id, place) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        [
            (sequence, position, slot.number, record_id, place)
            for place, ((sequence, position), record_id) in enumerate(zip(places, slot.ids, strict=True))
        ],
    )
