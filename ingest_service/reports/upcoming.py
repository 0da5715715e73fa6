"""The slots to come and the state of the dispatcher, read from a snapshot."""

from collections import deque
from collections.abc import Iterator
from itertools import islice

from ingest_service.backlog.queue_depth import depth_by_priority
from ingest_service.domain.model import Batch, batch_id
from ingest_service.ports.records import Records
from ingest_service.reports.limits import limit_reports
from ingest_service.reports.models import DispatcherReport, UpcomingBatch, UpcomingSlot
from ingest_service.schedule.snapshot import ScheduleSnapshot


def upcoming_slots(records: Records, snapshot: ScheduleSnapshot, count: int) -> list[UpcomingSlot]:
    """Return at most `count` of the slots to come, with their ids, which are read. Raises StoreError."""
    planned = list(islice(snapshot.slots(), count))
    batches = tuple(batch for slot in planned for batch in slot.batches)
    ids = iter(records.batch_ids(batches))
    return [
        UpcomingSlot(snapshot.at(slot.opens), tuple(_upcoming(batch, ids) for batch in slot.batches))
        for slot in planned
    ]


def dispatcher_report(records: Records, snapshot: ScheduleSnapshot) -> DispatcherReport:
    """Return the state of the dispatcher and of the backlog. Raises StoreError where replicas share the store."""
    upcoming = next(snapshot.slots(), None)
    return DispatcherReport(
        paused_at=snapshot.paused_at,
        upstream_paused_until=snapshot.upstream_paused_until,
        upstream_paused=snapshot.paused_until > snapshot.now,
        probing=snapshot.probing,
        next_slot_at=None if upcoming is None else snapshot.at(upcoming.opens),
        backlog=depth_by_priority(snapshot.waiting),
        limits=tuple(limit_reports(snapshot)),
        replicas=tuple(records.replicas()),
        refused=are_refused(snapshot),
    )


def are_refused(snapshot: ScheduleSnapshot) -> bool:
    """Return whether ids wait and the upstream refuses the credentials."""
    return snapshot.refused and next(snapshot.slots(), None) is not None


def empty_at(snapshot: ScheduleSnapshot) -> int | None:
    """Return the end of all that waits (wall clock), None where nothing waits or an operator's pause lasts."""
    # A slot never opens before those of the pieces that come first.
    last = deque(snapshot.pieces(), maxlen=1)
    return snapshot.at(last[0].last_opens + snapshot.took) if last else None


def _upcoming(batch: Batch, ids: Iterator[int]) -> UpcomingBatch:
    return UpcomingBatch(
        id=batch_id(batch.ingestion.id, batch.number),
        ingestion_id=batch.ingestion.id,
        priority=batch.ingestion.priority,
        ids=tuple(islice(ids, len(batch.positions))),
        attempts=batch.attempts,
    )
