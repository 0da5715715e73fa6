"""Answers with the results of an ingestion: a page of JSON, or all of them as lines.

They are written as text, not from their models: a result is the upstream's own JSON, and there may be
a million.
"""

import json
from collections.abc import Iterator
from uuid import UUID

from pydantic import JsonValue

from ingest_service.domain.ledger import Outcome
from ingest_service.reports.models import ResultsReport
from ingest_service.reports.reports import Reports
from ingest_service.web.http.fields import Count, RecordId, ResponseModel
from ingest_service.web.http.parameters import LARGEST_PAGE

LINES = "application/x-ndjson"
PIECE_CHARACTERS = 65_536


class Result(ResponseModel):
    """The upstream's answer for an id, as it was given."""

    id: RecordId
    result: JsonValue


class Failure(ResponseModel):
    """The reason why there is no result for an id."""

    id: RecordId
    error: str
    attempts: Count
    last_status: int | None


class Results(ResponseModel):
    """A page of results and failures, in the order of the ids; `next_after` leads to the next page."""

    ingestion_id: UUID
    results: list[Result | Failure]
    next_after: Count | None


def results_page(page: ResultsReport) -> str:
    """Return a page as JSON text."""
    results = ",".join(_result(outcome) for outcome in page.outcomes)
    next_after = "null" if page.next_after is None else page.next_after
    return f'{{"ingestion_id":"{page.ingestion_id}","results":[{results}],"next_after":{next_after}}}'


def results_lines(reports: Reports, ingestion_id: UUID, after: int) -> Iterator[bytes]:
    """Return the outcomes past a position as lines of JSON (NDJSON), a page at a time in memory.

    Each page is read on its own, so that a slow reader holds up nothing; the first at once, so that an ingestion
    that is not there and a store that cannot be read are seen in the status of the answer.
    """
    return _lines(reports, reports.results(ingestion_id, after, LARGEST_PAGE))


def _lines(reports: Reports, page: ResultsReport) -> Iterator[bytes]:
    yield from _lines_of(page)
    while page.next_after is not None:
        page = reports.results(page.ingestion_id, page.next_after, LARGEST_PAGE)
        yield from _lines_of(page)


def _lines_of(page: ResultsReport) -> Iterator[bytes]:
    """Yield short lines together, and long ones by themselves."""
    lines: list[str] = []
    size = 0
    for outcome in page.outcomes:
        lines.append(f"{_result(outcome)}\n")
        size += len(lines[-1])
        if size > PIECE_CHARACTERS:
            yield "".join(lines).encode()
            lines, size = [], 0
    yield "".join(lines).encode()


def _result(outcome: Outcome) -> str:
    """Return the upstream's answer as it was given, or the error."""
    if outcome.error is None:
        return f'{{"id":{outcome.record_id},"result":{outcome.result}}}'
    error = {
        "id": outcome.record_id,
        "error": outcome.error,
        "attempts": outcome.attempts,
        "last_status": outcome.last_status,
    }
    return json.dumps(error, separators=(",", ":"))
