"""The bodies of `GET /ingestions/<id>/results`: a page of JSON, or all of them as lines."""

import json
from collections.abc import Iterator
from uuid import UUID

from ingest_service.domain.ledger import Outcome
from ingest_service.service import Service

LARGEST_PAGE = 1000


def results_page(service: Service, ingestion_id: UUID, after: int, limit: int) -> str:
    """Return a page of outcomes past the position `after` as JSON text, with where to go on: `next_after`."""
    page = service.outcomes(ingestion_id, after, limit + 1)
    results = ",".join(_result(outcome) for _, outcome in page[:limit])
    next_after = page[limit - 1][0] if len(page) > limit else "null"
    return f'{{"ingestion_id":"{ingestion_id}","results":[{results}],"next_after":{next_after}}}'


def results_lines(service: Service, ingestion_id: UUID, after: int) -> Iterator[str]:
    """Return the outcomes past a position as lines of JSON (NDJSON), a page at a time in memory.

    Each page is read on its own, so that a slow reader holds up nothing; the first at once, so that a store that
    cannot be read is told in the status of the answer.
    """
    return _lines(service, ingestion_id, service.outcomes(ingestion_id, after, LARGEST_PAGE))


def _lines(service: Service, ingestion_id: UUID, page: list[tuple[int, Outcome]]) -> Iterator[str]:
    while page:
        yield "".join(f"{_result(outcome)}\n" for _, outcome in page)
        page = service.outcomes(ingestion_id, page[-1][0], LARGEST_PAGE)


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
