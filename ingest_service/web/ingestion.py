"""The body of `GET /ingestions/<id>`: an ingestion in full, without its batches."""

from typing import Any

from ingest_service.domain import Status
from ingest_service.ledger import Account
from ingest_service.progress import Progress
from ingest_service.prospect import Prospect
from ingest_service.web.times import rfc3339


def ingestion_body(progress: Progress, account: Account, prospect: Prospect | None) -> dict[str, Any]:
    """Return what is known: times that lie ahead are estimates, those that lie behind are facts."""
    ingestion = progress.ingestion
    ends_at = prospect.last_at if prospect else None
    if progress.status is Status.COMPLETED:
        ends_at = account.ended_at
    starts_at = prospect.next_at if prospect and account.started_at is None else account.started_at
    return {
        "ingestion_id": str(ingestion.id),
        "status": progress.status,
        "priority": ingestion.priority.name,
        "created_at": rfc3339(ingestion.created_at),
        "ids": len(ingestion.ids),
        "batches": _counts(progress),
        "failed": account.failed,
        "slots_used": account.slots_used,
        "starts_at": rfc3339(starts_at),
        "completes_at": rfc3339(ends_at),
        "position": prospect.position if prospect else None,
        "why": _why(progress, prospect),
    }


def _counts(progress: Progress) -> dict[str, int]:
    counts = dict.fromkeys(Status, 0)
    for start, stop, status in progress.runs():
        counts[status] += stop - start
    return {status.value: count for status, count in counts.items()}


def _why(progress: Progress, prospect: Prospect | None) -> dict[str, Any]:
    """Say in a form for machines and in one sentence what stands between this ingestion and its next slot."""
    if prospect is None:
        return {"ahead": {}, "paused_until": None, "next_at": None, "text": _without_prospect(progress)}
    return {
        "ahead": {
            urgency.name: {"ingestions": ingestions, "batches": batches}
            for urgency, (ingestions, batches) in prospect.ahead.items()
        },
        "paused_until": rfc3339(prospect.paused_until),
        "next_at": rfc3339(prospect.next_at),
        "text": _sentence(prospect),
    }


def _without_prospect(progress: Progress) -> str:
    return "all is completed" if progress.status is Status.COMPLETED else "the last batches are being called"


def _sentence(prospect: Prospect) -> str:
    parts = [
        f"{_several(batches, urgency.name + ' batch')} of {_several(ingestions, 'ingestion')} "
        f"{'goes' if batches == 1 else 'go'} first"
        for urgency, (ingestions, batches) in prospect.ahead.items()
    ]
    if prospect.paused_until is not None:
        parts.append(f"paused by the upstream until {rfc3339(prospect.paused_until)}")
    return "; ".join([*parts, f"the next batch runs at {rfc3339(prospect.next_at)}"])


def _several(count: int, noun: str) -> str:
    plural = f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"
