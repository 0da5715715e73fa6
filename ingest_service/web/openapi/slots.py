"""The answers about slots: those to come, those that were, and what one more submission would change."""

from uuid import UUID

from ingest_service.web.http.fields import Number, PriorityName, RecordId, Time, Told


class PlannedBatch(Told):
    """A batch that will be called; its ids are those that are still to be called."""

    batch_id: UUID
    ingestion_id: UUID
    priority: PriorityName
    ids: list[RecordId]


class PlannedSlot(Told):
    """A slot to come; `opens_at` is null while an operator has paused the dispatcher."""

    opens_at: Time | None
    ids: list[RecordId]
    batches: list[PlannedBatch]


class Schedule(Told):
    """The next slots, in their order."""

    slots: list[PlannedSlot]


class PastBatch(Told):
    """What of a batch was called in a slot."""

    batch_id: UUID
    ingestion_id: UUID
    ids: list[RecordId]


class PastSlot(Told):
    """A slot that was opened; it is open while `closed_at` is null."""

    number: Number
    opened_at: Time
    closed_at: Time | None
    ids: list[RecordId]
    batches: list[PastBatch]


class PastSlots(Told):
    """A page of the ledger, the latest slot first; `next_before` leads to the next page."""

    slots: list[PastSlot]
    next_before: Number | None
