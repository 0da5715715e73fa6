"""Reports as plain values: times are nanoseconds of the wall clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from ingest_service.domain.ledger import LedgerSummary, Outcome, Slip, SlotRecord
from ingest_service.domain.model import Priority, Status
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.domain.queue_depth import QueueDepth
from ingest_service.ports.records import SeenReplica
from ingest_service.schedule.estimate import Estimate


@dataclass(frozen=True, slots=True)
class StatusReport:
    """Progress of an ingestion, and the nanoseconds for which it cannot change (None: it never changes again).

    Its ids are None where they are many: `Reports.ids` reads them.
    """

    progress: Progress
    changes_in: int | None
    ids: PackedIds | None


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
    """A page of ingestions, the newest first.

    The next one is before `next_before`, None at the end; the one before it is above `previous_above`, None at the
    begin.
    """

    ingestions: tuple[ListedIngestion, ...]
    next_before: int | None
    previous_above: int | None


@dataclass(frozen=True, slots=True)
class ExpectedReport:
    """A page of ingestions, and the expected ends of those that still have ids that wait, by their sequences.

    Times are of the wall clock, at the moment `taken_at`; an end is None while an operator's pause lasts.
    """

    page: IngestionsReport
    ends: Mapping[int, int | None]
    taken_at: int


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

    It ends early where the results are long. The next page is after the position `next_after`, None at the end of
    what there is so far.
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
class UpcomingBatch:
    """A batch that will be called, with its ids that are still to be called; they have had `attempts` calls."""

    id: UUID
    ingestion_id: UUID
    priority: Priority
    ids: tuple[int, ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class UpcomingSlot:
    """A slot to come: what it will carry, and its opening (wall clock), None while an operator's pause lasts."""

    opens_at: int | None
    batches: tuple[UpcomingBatch, ...]


@dataclass(frozen=True, slots=True)
class LimitReport:
    """A limit: `used` of its ids started within the last window; the next seat comes free at `frees_at`.

    That is a time of the wall clock, None while all seats are free.
    """

    ids: int
    window: int
    used: int
    frees_at: int | None

    @property
    def left(self) -> int:
        """Number of ids that might start now by this limit."""
        return max(0, self.ids - self.used)


@dataclass(frozen=True, slots=True)
class DispatcherReport:
    """State of the dispatcher and of the backlog; times are of the wall clock.

    `paused_at`: start of an operator's pause, None without one. `upstream_paused_until`: end of a pause that the
    upstream asked for, None where no slot is delayed by one; `upstream_paused`: whether it lasts now. `probing`:
    the next slot is a probe of an upstream that fails wholly, or refuses the credentials; `refused`: it does that,
    and ids wait. `next_slot_at` is None where nothing waits or an operator's pause lasts. `limits` are those of
    the rate, the shortest window first. `replicas` are the processes that share the database.
    """

    paused_at: int | None
    upstream_paused_until: int | None
    upstream_paused: bool
    probing: bool
    next_slot_at: int | None
    backlog: Mapping[Priority, QueueDepth]
    limits: tuple[LimitReport, ...]
    replicas: tuple[SeenReplica, ...]
    refused: bool = False
