"""The body of `GET /ingestions/<id>`: an ingestion in full, without its batches."""

from dataclasses import replace
from typing import Any

from ingest_service.clock import NANOSECONDS
from ingest_service.domain.ledger import LedgerSummary, Slip
from ingest_service.domain.model import Status
from ingest_service.domain.progress import Progress
from ingest_service.reports import Reports
from ingest_service.schedule.estimate import Estimate, estimate
from ingest_service.web.times import rfc3339
from ingest_service.web.why import several, why_body


def ingestion_body(service: Reports, progress: Progress) -> dict[str, Any]:
    """Return what is known: times that lie ahead are estimates, those that lie behind are facts."""
    account = service.account(progress)
    ahead = None if progress.ended else service.estimate(progress)
    starts_at = ahead.next_at if ahead and account.started_at is None else account.started_at
    ends_at = _ends_at(progress, account, ahead)
    return {
        **summary_body(progress),
        "failed": account.failed,
        "slots_used": account.slots_used,
        "starts_at": rfc3339(starts_at),
        "completes_at": rfc3339(ends_at),
        "position": ahead.position if ahead else None,
        "deadline": _deadline(service, progress, ends_at),
        "why": why_body(progress, ahead),
        "slips": [_slip(slip) for slip in service.slips(progress)],
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


def _ends_at(progress: Progress, account: LedgerSummary, ahead: Estimate | None) -> int | None:
    if progress.status is Status.COMPLETED:
        return account.ended_at
    return ahead.ends_at if ahead else None


def _deadline(service: Reports, progress: Progress, ends_at: int | None) -> dict[str, Any] | None:
    """Say whether a deadline holds: as things stand, or as they were in the end."""
    deadline = progress.ingestion.deadline
    if deadline is None:
        return None
    cancelled = progress.counts()[Status.CANCELLED] > 0
    soonest = _soonest(service, progress) if ends_at is None else ends_at
    return {"at": rfc3339(deadline), "holds": not cancelled and soonest <= deadline}


def _soonest(service: Reports, progress: Progress) -> int:
    """Return when it may end at the earliest where nobody knows when it will: as if an operator resumed now."""
    snapshot = replace(service.snapshot(), paused_at=None)
    now = snapshot.now + snapshot.wall_offset
    ahead = estimate(snapshot, progress.ingestion.priority, progress.sequence)
    return now if ahead is None or ahead.ends_at is None else ahead.ends_at


def _slip(slip: Slip) -> dict[str, Any]:
    seconds = slip.nanoseconds / NANOSECONDS
    moved = several(slip.slots, "slot") if slip.slots else f"{seconds:g} s"
    return {
        "at": rfc3339(slip.at),
        "slots": slip.slots,
        "seconds": seconds,
        "text": f"+{moved} at {rfc3339(slip.at)}: {slip.cause}",
    }
