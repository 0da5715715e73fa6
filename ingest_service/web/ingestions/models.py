"""Answers about ingestions: one in full, and many in short."""

from typing import Any, Self
from uuid import UUID

from pydantic import Field

from ingest_service.clock import NANOSECONDS
from ingest_service.domain import ledger
from ingest_service.domain.model import Status
from ingest_service.domain.progress import Progress
from ingest_service.domain.wording import counted
from ingest_service.ports.records import SLIPS_KEPT
from ingest_service.reports.models import IngestionReport, IngestionsReport, ListedIngestion
from ingest_service.web.http.cursor import cursor_of
from ingest_service.web.http.fields import Count, Number, PriorityName, ResponseModel, StatusName, Time
from ingest_service.web.http.times import rfc3339
from ingest_service.web.ingestions.wait_reason import WaitReason


class BatchCounts(ResponseModel):
    """The number of batches of each status; `cancelled` is there only if the ingestion was cancelled."""

    yet_to_start: Count
    triggered: Count
    completed: Count
    cancelled: Count = 0

    @classmethod
    def of(cls, progress: Progress) -> Self:
        """Return the counts of an ingestion."""
        counts = progress.counts()
        shown = [status for status in Status if progress.cancelled or status is not Status.CANCELLED]
        return cls(**{status.value: counts[status] for status in shown})


class Deadline(ResponseModel):
    """Time by which all is to be completed, and whether it is expected to be."""

    at: Time
    holds: bool


class Slip(ResponseModel):
    """Something that made the expected end later."""

    at: Time
    slots: int
    seconds: float
    cause: str
    text: str

    @classmethod
    def of(cls, slip: ledger.Slip) -> Self:
        """Return the answer about a slip."""
        at, seconds = rfc3339(slip.at), slip.nanoseconds / NANOSECONDS
        moved = counted(slip.slots, "slot") if slip.slots else f"{seconds:g} s"
        text = f"+{moved} at {at}: {slip.cause}"
        return cls(at=at, slots=slip.slots, seconds=seconds, cause=slip.cause, text=text)


class Summary(ResponseModel):
    """Fields common to the list and the detail."""

    ingestion_id: UUID
    status: StatusName
    priority: PriorityName
    created_at: Time
    ids: Number
    batches: BatchCounts
    failed: Count


class Ingestion(Summary):
    """An ingestion in full: times that lie ahead are estimates, those that lie behind are facts."""

    slots_used: Count
    starts_at: Time | None
    completes_at: Time | None
    position: Count | None
    deadline: Deadline | None
    why: WaitReason
    slips: list[Slip] = Field(max_length=SLIPS_KEPT)

    @classmethod
    def of(cls, report: IngestionReport) -> Self:
        """Return the answer about an ingestion."""
        estimate = report.estimate
        return cls(
            **_summary(report.progress, report.summary.failed),
            slots_used=report.summary.slots_used,
            starts_at=rfc3339(report.starts_at),
            completes_at=rfc3339(report.completes_at),
            position=None if estimate is None else estimate.position,
            deadline=_deadline(report),
            why=WaitReason.of(report.progress, estimate),
            slips=[Slip.of(slip) for slip in report.slips],
        )


class Listed(Summary):
    """An ingestion in short."""

    deadline: Time | None

    @classmethod
    def of(cls, listed: ListedIngestion) -> Self:
        """Return the answer about an ingestion among others."""
        progress = listed.progress
        return cls(**_summary(progress, listed.failed), deadline=rfc3339(progress.ingestion.deadline))


class Ingestions(ResponseModel):
    """A page of ingestions, newest first; `next_after` leads to the next page."""

    ingestions: list[Listed]
    next_after: str | None

    @classmethod
    def of(cls, page: IngestionsReport) -> Self:
        """Return the answer about a page."""
        return cls(
            ingestions=[Listed.of(listed) for listed in page.ingestions],
            next_after=None if page.next_before is None else cursor_of(page.next_before),
        )


def _summary(progress: Progress, failed: int) -> dict[str, Any]:
    """Return the fields of Summary."""
    ingestion = progress.ingestion
    return {
        "ingestion_id": ingestion.id,
        "status": progress.status,
        "priority": ingestion.priority,
        "created_at": rfc3339(progress.created_at),
        "ids": ingestion.id_count,
        "batches": BatchCounts.of(progress),
        "failed": failed,
    }


def _deadline(report: IngestionReport) -> Deadline | None:
    deadline, holds = report.progress.ingestion.deadline, report.deadline_holds
    return None if deadline is None or holds is None else Deadline(at=rfc3339(deadline), holds=holds)
