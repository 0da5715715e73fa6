"""The body of `GET /ingestions/<id>`: an ingestion in full, without its batches."""

from typing import Any

from ingest_service.clock import NANOSECONDS
from ingest_service.domain.ledger import Slip
from ingest_service.domain.model import Status
from ingest_service.domain.progress import Progress
from ingest_service.reports import IngestionReport
from ingest_service.web.http.times import rfc3339
from ingest_service.web.ingestions.wait_reason import several, why_body


def ingestion_body(report: IngestionReport) -> dict[str, Any]:
    """Return what is known: times that lie ahead are estimates, those that lie behind are facts."""
    return {
        **summary_body(report.progress),
        "failed": report.summary.failed,
        "slots_used": report.summary.slots_used,
        "starts_at": rfc3339(report.starts_at),
        "completes_at": rfc3339(report.completes_at),
        "position": report.estimate.position if report.estimate else None,
        "deadline": _deadline(report),
        "why": why_body(report.progress, report.estimate),
        "slips": [_slip(slip) for slip in report.slips],
    }


def summary_body(progress: Progress) -> dict[str, Any]:
    """Return what is told of an ingestion wherever it is told of."""
    ingestion = progress.ingestion
    return {
        "ingestion_id": str(ingestion.id),
        "status": progress.status,
        "priority": ingestion.priority.name,
        "created_at": rfc3339(ingestion.created_at),
        "ids": ingestion.id_count,
        "batches": _counts(progress),
    }


def _counts(progress: Progress) -> dict[str, int]:
    """Return how many batches there are of each status; cancelled ones only if somebody cancelled."""
    counts = progress.counts()
    told = {status.value: counts[status] for status in Status}
    if not progress.cancelled:
        del told[Status.CANCELLED]
    return told


def _deadline(report: IngestionReport) -> dict[str, Any] | None:
    """Return the deadline, and whether it holds."""
    deadline = report.progress.ingestion.deadline
    return None if deadline is None else {"at": rfc3339(deadline), "holds": report.deadline_holds}


def _slip(slip: Slip) -> dict[str, Any]:
    seconds = slip.nanoseconds / NANOSECONDS
    moved = several(slip.slots, "slot") if slip.slots else f"{seconds:g} s"
    return {
        "at": rfc3339(slip.at),
        "slots": slip.slots,
        "seconds": seconds,
        "text": f"+{moved} at {rfc3339(slip.at)}: {slip.cause}",
    }
