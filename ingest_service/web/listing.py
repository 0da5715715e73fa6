"""The body of `GET /ingestions`: a page of ingestions, the newest first."""

from typing import Any

from ingest_service.domain.progress import Progress
from ingest_service.web.cursor import cursor_of
from ingest_service.web.ingestion import summary_body
from ingest_service.web.times import rfc3339


def listing_body(listed: list[Progress], failed: dict[int, int], more: bool) -> dict[str, Any]:
    """Return a page; with `more` behind it, `next_after` is the cursor that leads there."""
    return {
        "ingestions": [_row(progress, failed.get(progress.sequence, 0)) for progress in listed],
        "next_after": cursor_of(listed[-1].sequence) if more else None,
    }


def _row(progress: Progress, failed: int) -> dict[str, Any]:
    return {**summary_body(progress), "failed": failed, "deadline": rfc3339(progress.ingestion.deadline)}
