"""The answers about slots and the dispatcher."""

from typing import Literal
from uuid import UUID

from ingest_service.web.http.fields import Count, Number, PriorityName, RecordId, Time, Told


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


class Waiting(Told):
    """How much of a priority waits."""

    ingestions: Count
    batches: Count
    ids: Count


class Dispatcher(Told):
    """What opens the slots."""

    state: Literal["running", "paused"]
    paused_at: Time | None
    upstream_paused_until: Time | None
    probing: bool
    next_slot_at: Time | None
    backlog: dict[PriorityName, Waiting]
