"""Answers to a submission, and the status of every batch."""

from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from ingest_service.clock import NANOSECONDS
from ingest_service.schedule import dry_run as simulated
from ingest_service.web.http.fields import (
    Count,
    Number,
    PriorityName,
    RecordId,
    ResponseModel,
    StatusName,
    Time,
)
from ingest_service.web.http.times import rfc3339


class Accepted(ResponseModel):
    """The ids are durable and will be called."""

    ingestion_id: UUID


class StatusBatch(ResponseModel):
    """Neighbouring ids that are called together, and their status."""

    batch_id: UUID
    ids: list[RecordId]
    status: StatusName


# Its text is written by status.py: there may be very many batches.
class Status(ResponseModel):
    """Every batch of an ingestion."""

    ingestion_id: UUID
    status: StatusName
    batches: list[StatusBatch]


class Delay(ResponseModel):
    """An ingestion that would be completed later."""

    ingestion_id: UUID
    priority: PriorityName
    completes_at: Time | None
    would_complete_at: Time | None
    seconds: float

    @classmethod
    def of(cls, delay: simulated.Delay) -> Self:
        """Return the answer about a delay."""
        return cls(
            ingestion_id=delay.ingestion.id,
            priority=delay.ingestion.priority,
            completes_at=rfc3339(delay.ends_at),
            would_complete_at=rfc3339(delay.later_at),
            seconds=delay.by / NANOSECONDS,
        )


class DryRun(ResponseModel):
    """Result of a submission that is not made; the times are null while an operator has paused the dispatcher."""

    dry_run: Literal[True]
    starts_at: Time | None
    completes_at: Time | None
    slots: Number
    position: Count
    delayed: Count
    delays: list[Delay] = Field(max_length=simulated.MOST_DELAYS)

    @classmethod
    def of(cls, found: simulated.DryRun) -> Self:
        """Return the answer about a dry run."""
        return cls(
            dry_run=True,
            starts_at=rfc3339(found.starts_at),
            completes_at=rfc3339(found.ends_at),
            slots=found.slots,
            position=found.position,
            delayed=found.delayed,
            delays=[Delay.of(delay) for delay in found.delays],
        )
