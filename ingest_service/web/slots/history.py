"""The body of `GET /slots`: the slots that were opened."""

from itertools import groupby
from typing import Any

from ingest_service.domain.ledger import SlotRecord
from ingest_service.domain.model import batch_id
from ingest_service.reports import SlotsReport
from ingest_service.web.http.times import rfc3339


def slots_body(report: SlotsReport) -> dict[str, Any]:
    """Return a page of the ledger, the latest slot first, with where to go on: `next_before`."""
    return {
        "slots": [_slot(slot) for slot in report.slots],
        "next_before": report.next_before,
    }


def _slot(slot: SlotRecord) -> dict[str, Any]:
    return {
        "number": slot.number,
        "opened_at": rfc3339(slot.opened_at),
        "closed_at": rfc3339(slot.closed_at),
        "ids": [record_id for _, _, record_id in slot.calls],
        "batches": [
            {
                "batch_id": str(batch_id(ingestion_id, number)),
                "ingestion_id": str(ingestion_id),
                "ids": [record_id for _, _, record_id in calls],
            }
            for (ingestion_id, number), calls in groupby(slot.calls, key=lambda call: call[:2])
        ],
    }
