"""The body of `GET /schedule`."""

from itertools import islice
from typing import Any

from ingest_service.domain.model import Batch, batch_id
from ingest_service.schedule.snapshot import PlannedSlot, ScheduleSnapshot
from ingest_service.web.times import rfc3339


def schedule_body(snapshot: ScheduleSnapshot, count: int) -> dict[str, Any]:
    """Return the next slots, as JSON. Uses the snapshot up."""
    return {"slots": [_slot(snapshot, slot) for slot in islice(snapshot.slots(), count)]}


def _slot(snapshot: ScheduleSnapshot, slot: PlannedSlot) -> dict[str, Any]:
    return {
        "opens_at": rfc3339(snapshot.at(slot.opens)),
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
