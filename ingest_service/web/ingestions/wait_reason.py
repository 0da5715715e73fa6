"""Why an ingestion has to wait, for machines and in one sentence."""

from typing import Any

from ingest_service.domain.model import Status
from ingest_service.domain.progress import Progress
from ingest_service.schedule.estimate import Estimate
from ingest_service.web.http.times import rfc3339

_WITHOUT_PROSPECT = {Status.COMPLETED: "all is completed", Status.CANCELLED: "it was cancelled"}


def why_body(progress: Progress, estimate: Estimate | None) -> dict[str, Any]:
    """Say what stands between this ingestion and its next slot."""
    if estimate is None:
        text = _WITHOUT_PROSPECT.get(progress.status, "the last batches are being called")
        return {"ahead": {}, "paused_by_operator": False, "paused_until": None, "next_at": None, "text": text}
    return {
        "ahead": {
            urgency.name: {"ingestions": ingestions, "batches": batches}
            for urgency, (ingestions, batches) in estimate.ahead.items()
        },
        "paused_by_operator": estimate.paused_at is not None,
        "paused_until": rfc3339(estimate.paused_until),
        "next_at": rfc3339(estimate.next_at),
        "text": _sentence(estimate),
    }


def _sentence(estimate: Estimate) -> str:
    parts = [
        f"{several(batches, urgency.name + ' batch')} of {several(ingestions, 'ingestion')} "
        f"{'goes' if batches == 1 else 'go'} first"
        for urgency, (ingestions, batches) in estimate.ahead.items()
    ]
    if estimate.paused_until is not None:
        parts.append(f"paused by the upstream until {rfc3339(estimate.paused_until)}")
    if estimate.paused_at is not None:
        parts.append(f"paused by an operator since {rfc3339(estimate.paused_at)}, until somebody resumes")
    else:
        parts.append(f"the next batch runs at {rfc3339(estimate.next_at)}")
    return "; ".join(parts)


def several(count: int, noun: str) -> str:
    """Return a count with its noun."""
    plural = f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"
