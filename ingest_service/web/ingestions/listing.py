"""The body of `GET /ingestions`: a page of ingestions, the newest first."""

from typing import Any

from ingest_service.reports import IngestionsReport, ListedIngestion
from ingest_service.web.http.cursor import cursor_of
from ingest_service.web.http.times import rfc3339
from ingest_service.web.ingestions.ingestion import summary_body


def listing_body(report: IngestionsReport) -> dict[str, Any]:
    """Return a page; `next_after` is the cursor that leads to the next one."""
    return {
        "ingestions": [_row(listed) for listed in report.ingestions],
        "next_after": None if report.next_before is None else cursor_of(report.next_before),
    }


def _row(listed: ListedIngestion) -> dict[str, Any]:
    deadline = rfc3339(listed.progress.ingestion.deadline)
    return {**summary_body(listed.progress), "failed": listed.failed, "deadline": deadline}
