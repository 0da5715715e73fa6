"""Answers about the batches of an ingestion."""

from typing import Self
from uuid import UUID

from ingest_service.reports.models import BatchesReport, BatchReport
from ingest_service.web.http.fields import Count, RecordId, ResponseModel, StatusName, Time
from ingest_service.web.http.times import rfc3339


class Batch(ResponseModel):
    """A batch; the start of one that waits is an estimate."""

    batch_id: UUID
    number: Count
    ids: list[RecordId]
    status: StatusName
    attempts: Count
    started_at: Time | None
    finished_at: Time | None

    @classmethod
    def of(cls, batch: BatchReport) -> Self:
        """Return the answer about a batch."""
        return cls(
            batch_id=batch.id,
            number=batch.number,
            ids=list(batch.ids),
            status=batch.status,
            attempts=batch.attempts,
            started_at=rfc3339(batch.started_at),
            finished_at=rfc3339(batch.finished_at),
        )


class Batches(ResponseModel):
    """A page of the batches of an ingestion; `next_after` leads to the next page."""

    ingestion_id: UUID
    batches: list[Batch]
    next_after: Count | None

    @classmethod
    def of(cls, page: BatchesReport) -> Self:
        """Return the answer about a page."""
        batches = [Batch.of(batch) for batch in page.batches]
        return cls(ingestion_id=page.ingestion_id, batches=batches, next_after=page.next_after)
