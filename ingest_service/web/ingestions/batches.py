"""The body of `GET /ingestions/<id>/batches`."""

from typing import Any

from ingest_service.reports import BatchesReport, BatchReport
from ingest_service.web.http.times import rfc3339


def batches_body(report: BatchesReport) -> dict[str, Any]:
    """Return a page of batches."""
    return {
        "ingestion_id": str(report.ingestion_id),
        "batches": [_batch(batch) for batch in report.batches],
        "next_after": report.next_after,
    }


def _batch(batch: BatchReport) -> dict[str, Any]:
    return {
        "batch_id": str(batch.id),
        "number": batch.number,
        "ids": list(batch.ids),
        "status": batch.status,
        "attempts": batch.attempts,
        "started_at": rfc3339(batch.started_at),
        "finished_at": rfc3339(batch.finished_at),
    }
