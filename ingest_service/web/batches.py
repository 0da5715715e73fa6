"""The body of `GET /ingestions/<id>/batches`."""

from typing import Any

from ingest_service.domain.ledger import BatchHistory
from ingest_service.domain.model import Status, batch_id
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.schedule.estimate import Estimate
from ingest_service.web.times import rfc3339


def batches_body(
    progress: Progress,
    ids: PackedIds,
    numbers: range,
    accounts: dict[int, BatchHistory],
    estimate: Estimate | None,
) -> dict[str, Any]:
    """Return these batches; one that waits has the expected time of its start, one that ran has facts."""
    more = numbers.stop < progress.ingestion.batch_count
    return {
        "ingestion_id": str(progress.ingestion.id),
        "batches": [_batch(progress, ids, number, accounts.get(number), estimate) for number in numbers],
        "next_after": numbers[-1] if more and numbers else None,
    }


def _batch(
    progress: Progress, ids: PackedIds, number: int, account: BatchHistory | None, estimate: Estimate | None
) -> dict[str, Any]:
    ingestion, status = progress.ingestion, progress.status_of(number)
    first = number * ingestion.batch_size
    expected = estimate.starts_at(number) if estimate else None
    return {
        "batch_id": str(batch_id(ingestion.id, number)),
        "number": number,
        "ids": list(ids.span(first, first + ingestion.batch_size)),
        "status": status,
        "attempts": account.attempts if account else 0,
        "started_at": rfc3339(account.started_at if account else expected),
        "finished_at": rfc3339(account.ended_at if account and status is Status.COMPLETED else None),
    }
