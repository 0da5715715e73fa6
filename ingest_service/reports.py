"""Answers about ingestions, batches and slots, each of one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from uuid import UUID

from ingest_service.backlog.queue_depth import QueueDepth, depth_by_priority
from ingest_service.domain.ledger import BatchHistory, LedgerSummary, Outcome, Slip, SlotRecord
from ingest_service.domain.model import Batch, Priority, Status, batch_id
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.errors import IngestionNotFound
from ingest_service.ports.engine import Intake
from ingest_service.ports.store import ListFilter, Store
from ingest_service.schedule.estimate import Estimate, estimate
from ingest_service.schedule.snapshot import ScheduleSnapshot


@dataclass(frozen=True, slots=True)
class StatusReport:
    """Progress of an ingestion, and the nanoseconds for which it cannot change (None: it never changes again)."""

    progress: Progress
    changes_in: int | None


@dataclass(frozen=True, slots=True)
class IngestionReport:
    """An ingestion in full, without its batches: facts from the ledger, and the estimate of what waits.

    `estimate` is None where nothing of it waits. `earliest_end` (wall clock) is the end of what waits if an
    operator who has paused the dispatcher resumed now, and the present where nothing waits. `changes_in` is as
    in StatusReport. Slips: the latest first.
    """

    progress: Progress
    summary: LedgerSummary
    slips: tuple[Slip, ...]
    estimate: Estimate | None
    earliest_end: int
    changes_in: int | None

    @property
    def starts_at(self) -> int | None:
        """Opening of its first slot (wall clock): a fact once it opened, before that the estimate."""
        if self.summary.started_at is None and self.estimate is not None:
            return self.estimate.next_at
        return self.summary.started_at

    @property
    def completes_at(self) -> int | None:
        """End of its last call (wall clock): a fact once completed, else the estimate; None where unknown."""
        if self.progress.status is Status.COMPLETED:
            return self.summary.ended_at
        return self.estimate.ends_at if self.estimate else None

    @property
    def deadline_holds(self) -> bool | None:
        """True if the deadline is expected to be met, or was met; None without a deadline."""
        deadline = self.progress.ingestion.deadline
        if deadline is None:
            return None
        if self.progress.counts()[Status.CANCELLED] > 0:
            return False
        end = self.earliest_end if self.completes_at is None else self.completes_at
        return end <= deadline


@dataclass(frozen=True, slots=True)
class ListedIngestion:
    """Progress of an ingestion, and the number of its ids that have failed."""

    progress: Progress
    failed: int


@dataclass(frozen=True, slots=True)
class IngestionsReport:
    """A page of ingestions, the newest first; the next one is before `next_before`, None at the end."""

    ingestions: tuple[ListedIngestion, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class BatchReport:
    """A batch: `started_at` is a fact once it ran, else the expected time (None where unknown); wall clock."""

    id: UUID
    number: int
    ids: tuple[int, ...]
    status: Status
    attempts: int
    started_at: int | None
    finished_at: int | None


@dataclass(frozen=True, slots=True)
class BatchesReport:
    """A page of the batches of an ingestion; the next page is after the number `next_after`, None at the end.

    `changes_in` is as in StatusReport.
    """

    ingestion_id: UUID
    batches: tuple[BatchReport, ...]
    next_after: int | None
    changes_in: int | None


@dataclass(frozen=True, slots=True)
class ResultsReport:
    """A page of the outcomes of an ingestion, in the order of its ids.

    The next page is after the position `next_after`, None at the end of what there is so far.
    """

    ingestion_id: UUID
    outcomes: tuple[Outcome, ...]
    next_after: int | None


@dataclass(frozen=True, slots=True)
class SlotsReport:
    """A page of the ledger, the latest slot first; the next one is before `next_before`, None at the end."""

    slots: tuple[SlotRecord, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class UpcomingSlot:
    """A slot to come: what it will carry, and its opening (wall clock), None while an operator's pause lasts."""

    opens_at: int | None
    batches: tuple[Batch, ...]


@dataclass(frozen=True, slots=True)
class DispatcherReport:
    """State of the dispatcher and of the backlog; times are of the wall clock.

    `paused_at`: start of an operator's pause, None without one. `upstream_paused_until`: end of a pause that the
    upstream asked for, None where no slot is delayed by one; `upstream_paused`: whether it lasts now. `probing`:
    the next slot is a probe of an upstream that fails wholly. `next_slot_at` is None where nothing waits or an
    operator's pause lasts.
    """

    paused_at: int | None
    upstream_paused_until: int | None
    upstream_paused: bool
    probing: bool
    next_slot_at: int | None
    backlog: Mapping[Priority, QueueDepth]


class Reports:
    """Reads what was, what is and what will be. Any thread; blocks on the store only. Raises StoreError."""

    def __init__(self, store: Store, intake: Intake) -> None:
        self._store = store
        self._intake = intake

    def progress(self, ingestion_id: UUID) -> Progress:
        """Return the progress of an ingestion. Raises IngestionNotFound."""
        progress = self._store.find(ingestion_id)
        if progress is None:
            raise IngestionNotFound(ingestion_id)
        return progress

    def status(self, ingestion_id: UUID) -> StatusReport:
        """Return the progress of an ingestion without reading its ids. Raises IngestionNotFound."""
        progress = self.progress(ingestion_id)
        return StatusReport(progress, self._changes_in(progress))

    def ids(self, progress: Progress) -> PackedIds:
        """Return the ids of an ingestion, which never change. Raises IngestionNotFound if it was removed."""
        ids = self._store.ids(progress.sequence)
        if len(ids) == 0:
            raise IngestionNotFound(progress.ingestion.id)
        return ids

    def ingestion(self, ingestion_id: UUID) -> IngestionReport:
        """Return an ingestion in full, without its batches. Raises IngestionNotFound."""
        progress = self.progress(ingestion_id)
        snapshot = self._intake.snapshot()
        expected = _estimate(progress, snapshot)
        return IngestionReport(
            progress=progress,
            summary=self._store.account(progress.sequence),
            slips=tuple(self._store.slips(progress.sequence)),
            estimate=expected,
            earliest_end=_earliest_end(progress, expected, snapshot),
            changes_in=self._changes_in(progress),
        )

    def batches(self, ingestion_id: UUID, after: int, limit: int) -> BatchesReport:
        """Return at most `limit` batches with numbers above `after`. Raises IngestionNotFound."""
        progress = self.progress(ingestion_id)
        count = progress.ingestion.batch_count
        numbers = range(count)[after + 1 : after + 1 + limit]
        expected = _estimate(progress, self._intake.snapshot())
        histories = self._store.batch_histories(progress, numbers)
        ids = self.ids(progress)
        return BatchesReport(
            progress.ingestion.id,
            tuple(_batch(progress, ids, number, histories.get(number), expected) for number in numbers),
            next_after=numbers[-1] if numbers and numbers.stop < count else None,
            changes_in=self._changes_in(progress),
        )

    def ingestions(self, wanted: ListFilter) -> IngestionsReport:
        """Return a page of the ingestions that fit a filter, the newest first."""
        found = self._store.listed(replace(wanted, limit=wanted.limit + 1))
        page = found[: wanted.limit]
        failed = self._store.failed_counts([progress.sequence for progress in page])
        return IngestionsReport(
            tuple(ListedIngestion(progress, failed.get(progress.sequence, 0)) for progress in page),
            next_before=page[-1].sequence if len(found) > wanted.limit else None,
        )

    def results(self, ingestion_id: UUID, after: int, limit: int) -> ResultsReport:
        """Return at most `limit` outcomes of ids at positions above `after`. Raises IngestionNotFound."""
        found_id = self.progress(ingestion_id).ingestion.id
        found = self._store.outcomes(ingestion_id, after, limit + 1)
        next_after = found[limit - 1][0] if len(found) > limit else None
        return ResultsReport(found_id, tuple(outcome for _, outcome in found[:limit]), next_after)

    def slots(self, before: int, limit: int) -> SlotsReport:
        """Return the last `limit` slots with a number below `before`, the latest first."""
        page = self._store.slots(before, limit)
        more = len(page) == limit and page[-1].number > 1
        return SlotsReport(tuple(page), next_before=page[-1].number if more else None)

    def schedule(self, count: int) -> list[UpcomingSlot]:
        """Return at most `count` of the slots to come."""
        snapshot = self._intake.snapshot()
        return [UpcomingSlot(snapshot.at(slot.opens), slot.batches) for slot in islice(snapshot.slots(), count)]

    def dispatcher(self) -> DispatcherReport:
        """Return the state of the dispatcher and of the backlog. Does not read the store."""
        snapshot = self._intake.snapshot()
        backlog = depth_by_priority(snapshot.backlog.entries())
        upcoming = next(snapshot.slots(), None)
        return DispatcherReport(
            paused_at=snapshot.paused_at,
            upstream_paused_until=snapshot.upstream_paused_until,
            upstream_paused=snapshot.paused_until > snapshot.now,
            probing=snapshot.probing,
            next_slot_at=None if upcoming is None else snapshot.at(upcoming.opens),
            backlog=backlog,
        )

    def batch_counts(self) -> Mapping[tuple[Priority, Status], int]:
        """Return the number of batches of each priority and status, where there are any."""
        return self._store.batch_counts()

    def _changes_in(self, progress: Progress) -> int | None:
        """Return for how many nanoseconds an ingestion cannot change; None for one that never will again.

        A batch that is being called may end at any moment; one that waits starts with a slot.
        """
        if progress.ended:
            return None
        return 0 if progress.open else self._intake.opens_in()


def _estimate(progress: Progress, snapshot: ScheduleSnapshot) -> Estimate | None:
    if progress.ended:
        return None
    return estimate(snapshot.copy(), progress.ingestion.priority, progress.sequence)


def _earliest_end(progress: Progress, expected: Estimate | None, snapshot: ScheduleSnapshot) -> int:
    """Return the earliest end of what waits if an operator who has paused the dispatcher resumed now."""
    if expected is not None and snapshot.paused_at is not None:
        expected = _estimate(progress, replace(snapshot, paused_at=None))
    if expected is None or expected.ends_at is None:
        return snapshot.now + snapshot.wall_offset
    return expected.ends_at


def _batch(
    progress: Progress, ids: PackedIds, number: int, history: BatchHistory | None, expected: Estimate | None
) -> BatchReport:
    status, size = progress.status_of(number), progress.ingestion.batch_size
    ahead = expected.starts_at(number) if expected else None
    return BatchReport(
        id=batch_id(progress.ingestion.id, number),
        number=number,
        ids=ids.span(number * size, (number + 1) * size),
        status=status,
        attempts=history.attempts if history else 0,
        started_at=history.started_at if history else ahead,
        finished_at=history.ended_at if history and status is Status.COMPLETED else None,
    )
