"""The body of `GET /schedule`."""

from collections.abc import Iterable
from typing import Any

from ingest_service.reports import UpcomingBatch, UpcomingSlot
from ingest_service.web.times import rfc3339


def schedule_body(slots: Iterable[UpcomingSlot]) -> dict[str, Any]:
    """Return the next slots, as JSON."""
    return {"slots": [_slot(slot) for slot in slots]}


def _slot(slot: UpcomingSlot) -> dict[str, Any]:
    return {
        "opens_at": rfc3339(slot.opens_at),
        "ids": [record_id for batch in slot.batches for record_id in batch.ids],
        "batches": [_batch(batch) for batch in slot.batches],
    }


def _batch(batch: UpcomingBatch) -> dict[str, Any]:
    return {
        "batch_id": str(batch.id),
        "ingestion_id": str(batch.ingestion_id),
        "priority": batch.priority.name,
        "ids": list(batch.ids),
    }
