"""Answers about the slots to come, the slots that were, and the dispatcher."""

from collections.abc import Iterable
from itertools import groupby
from typing import Literal, Self
from uuid import UUID

from ingest_service.clock import NANOSECONDS
from ingest_service.domain import model
from ingest_service.domain.ledger import SlotRecord
from ingest_service.domain.queue_depth import QueueDepth
from ingest_service.ports.records import SeenReplica
from ingest_service.reports.models import DispatcherReport, LimitReport, SlotsReport, UpcomingBatch, UpcomingSlot
from ingest_service.web.http.fields import Count, Number, PriorityName, RecordId, ResponseModel, Time
from ingest_service.web.http.times import rfc3339


class PlannedBatch(ResponseModel):
    """A batch that will be called; its ids are those that are still to be called."""

    batch_id: UUID
    ingestion_id: UUID
    priority: PriorityName
    ids: list[RecordId]

    @classmethod
    def of(cls, batch: UpcomingBatch) -> Self:
        """Return a batch as it is answered."""
        return cls(
            batch_id=batch.id,
            ingestion_id=batch.ingestion_id,
            priority=batch.priority,
            ids=list(batch.ids),
        )


class PlannedSlot(ResponseModel):
    """A slot to come; `opens_at` is null while an operator has paused the dispatcher."""

    opens_at: Time | None
    ids: list[RecordId]
    batches: list[PlannedBatch]

    @classmethod
    def of(cls, slot: UpcomingSlot) -> Self:
        """Return the answer about a slot."""
        batches = [PlannedBatch.of(batch) for batch in slot.batches]
        ids = [record_id for batch in batches for record_id in batch.ids]
        return cls(opens_at=rfc3339(slot.opens_at), ids=ids, batches=batches)


class Schedule(ResponseModel):
    """The next slots, in their order."""

    slots: list[PlannedSlot]

    @classmethod
    def of(cls, slots: Iterable[UpcomingSlot]) -> Self:
        """Return the answer about these slots."""
        return cls(slots=[PlannedSlot.of(slot) for slot in slots])


class PastBatch(ResponseModel):
    """The ids of a batch that were called in a slot."""

    batch_id: UUID
    ingestion_id: UUID
    ids: list[RecordId]


class PastSlot(ResponseModel):
    """A slot that was opened; it is open while `closed_at` is null.

    `replica` is the name of the process that opened it, null where that was not kept.
    """

    number: Number
    opened_at: Time
    closed_at: Time | None
    replica: str | None
    ids: list[RecordId]
    batches: list[PastBatch]

    @classmethod
    def of(cls, slot: SlotRecord) -> Self:
        """Return the answer about a slot of the ledger."""
        batches = [
            PastBatch(
                batch_id=model.batch_id(ingestion_id, number),
                ingestion_id=ingestion_id,
                ids=[record_id for _, _, record_id in calls],
            )
            for (ingestion_id, number), calls in groupby(slot.calls, key=lambda call: call[:2])
        ]
        return cls(
            number=slot.number,
            opened_at=rfc3339(slot.opened_at),
            closed_at=rfc3339(slot.closed_at),
            replica=slot.replica,
            ids=[record_id for _, _, record_id in slot.calls],
            batches=batches,
        )


class PastSlots(ResponseModel):
    """A page of the ledger, the latest slot first; `next_before` leads to the next page."""

    slots: list[PastSlot]
    next_before: Number | None

    @classmethod
    def of(cls, page: SlotsReport) -> Self:
        """Return the answer about a page."""
        return cls(slots=[PastSlot.of(slot) for slot in page.slots], next_before=page.next_before)


class Waiting(ResponseModel):
    """Number of ingestions, batches and ids of a priority that wait."""

    ingestions: Count
    batches: Count
    ids: Count

    @classmethod
    def of(cls, depth: QueueDepth) -> Self:
        """Return the answer about a depth."""
        return cls(ingestions=depth.ingestions, batches=depth.batches, ids=depth.ids)


class Replica(ResponseModel):
    """A process that shares the database, and when it was seen last."""

    name: str
    seen_at: Time

    @classmethod
    def of(cls, replica: SeenReplica) -> Self:
        """Return the answer about a replica."""
        return cls(name=replica.name, seen_at=rfc3339(replica.seen_at))


class LimitUse(ResponseModel):
    """A limit of the rate: at most `ids` start in any `seconds`; `used` of them did in the last ones.

    `next_free_at` is when the next of the used seats comes free, null where none is used.
    """

    ids: Count
    seconds: float
    used: Count
    left: Count
    next_free_at: Time | None

    @classmethod
    def of(cls, limit: LimitReport) -> Self:
        """Return the answer about a limit."""
        return cls(
            ids=limit.ids,
            seconds=limit.window / NANOSECONDS,
            used=limit.used,
            left=limit.left,
            next_free_at=rfc3339(limit.frees_at),
        )


class Dispatcher(ResponseModel):
    """The state of the dispatcher, which opens the slots, and of the backlog and the limits of the rate.

    `replicas` are the processes that share the database and run now; none with SQLite, which is for one process.
    """

    state: Literal["running", "paused"]
    paused_at: Time | None
    upstream_paused_until: Time | None
    probing: bool
    next_slot_at: Time | None
    backlog: dict[PriorityName, Waiting]
    limits: list[LimitUse]
    replicas: list[Replica]

    @classmethod
    def of(cls, report: DispatcherReport) -> Self:
        """Return the answer about the state."""
        return cls(
            state="running" if report.paused_at is None else "paused",
            paused_at=rfc3339(report.paused_at),
            upstream_paused_until=rfc3339(report.upstream_paused_until),
            probing=report.probing,
            next_slot_at=rfc3339(report.next_slot_at),
            backlog={priority: Waiting.of(depth) for priority, depth in report.backlog.items()},
            limits=[LimitUse.of(limit) for limit in report.limits],
            replicas=[Replica.of(replica) for replica in report.replicas],
        )
