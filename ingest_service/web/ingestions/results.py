"""The bodies of `GET /ingestions/<id>/results`: a page of JSON, or all of them as lines."""

import json
from collections.abc import Iterator
from uuid import UUID

from ingest_service.domain.ledger import Outcome
from ingest_service.reports import Reports, ResultsReport
from ingest_service.web.http.parameters import LARGEST_PAGE


def results_page(page: ResultsReport) -> str:
    """Return a page of outcomes as JSON text, with where to go on: `next_after`."""
    results = ",".join(_result(outcome) for outcome in page.outcomes)
    next_after = "null" if page.next_after is None else page.next_after
    return f'{{"ingestion_id":"{page.ingestion_id}","results":[{results}],"next_after":{next_after}}}'


def results_lines(reports: Reports, ingestion_id: UUID, after: int) -> Iterator[str]:
    """Return the outcomes past a position as lines of JSON (NDJSON), a page at a time in memory.

    Each page is read on its own, so that a slow reader holds up nothing; the first at once, so that an ingestion
    that is not there and a store that cannot be read are seen in the status of the answer.
    """
    return _lines(reports, reports.results(ingestion_id, after, LARGEST_PAGE))


def _lines(reports: Reports, page: ResultsReport) -> Iterator[str]:
    yield _text(page)
    while page.next_after is not None:
        page = reports.results(page.ingestion_id, page.next_after, LARGEST_PAGE)
        yield _text(page)


def _text(page: ResultsReport) -> str:
    return "".join(f"{_result(outcome)}\n" for outcome in page.outcomes)


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
