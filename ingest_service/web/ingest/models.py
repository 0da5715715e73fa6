"""The answers to a submission, and the status of every batch."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from ingest_service.web.http.fields import Count, Number, PriorityName, RecordId, StatusName, Time, Told


class Accepted(Told):
    """The ids are durable and will be called."""

    ingestion_id: UUID


class StatusBatch(Told):
    """Neighbouring ids that are called together, and how far that is."""

    batch_id: UUID
    ids: list[RecordId]
    status: StatusName


class Status(Told):
    """Every batch of an ingestion."""

    ingestion_id: UUID
    status: StatusName
    batches: list[StatusBatch]


class Delay(Told):
    """An ingestion that would be completed later."""

    ingestion_id: UUID
    priority: PriorityName
    completes_at: Time | None
    would_complete_at: Time | None
    seconds: float


class DryRun(Told):
    """What would become of a submission; the times are null while an operator has paused the dispatcher."""

    dry_run: Literal[True]
    starts_at: Time | None
    completes_at: Time | None
    slots: Number
    position: Count
    delayed: Count
    delays: list[Delay] = Field(max_length=20)
