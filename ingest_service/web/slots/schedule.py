"""The body of `GET /schedule`."""

from collections.abc import Iterable
from typing import Any

from ingest_service.domain.model import Batch, batch_id
from ingest_service.reports import UpcomingSlot
from ingest_service.web.http.times import rfc3339


def schedule_body(slots: Iterable[UpcomingSlot]) -> dict[str, Any]:
    """Return the next slots, as JSON."""
    return {"slots": [_slot(slot) for slot in slots]}


def _slot(slot: UpcomingSlot) -> dict[str, Any]:
    return {
        "opens_at": rfc3339(slot.opens_at),
        "ids": [record_id for batch in slot.batches for record_id in batch.ids],
        "batches": [_batch(batch) for batch in slot.batches],
    }


def _batch(batch: Batch) -> dict[str, Any]:
    return {
        "batch_id": str(batch_id(batch.ingestion.id, batch.number)),
        "ingestion_id": str(batch.ingestion.id),
        "priority": batch.ingestion.priority.name,
        "ids": list(batch.ids),
    }
