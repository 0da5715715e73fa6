"""Answers with the results of an ingestion: a page of JSON, or all of them as lines or as a table.

They are written as text, not from their models: a result is the upstream's own JSON, and there may be
a million.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from io import StringIO
from uuid import UUID

from pydantic import JsonValue

from ingest_service.domain.ledger import Outcome
from ingest_service.reports.models import ResultsReport
from ingest_service.reports.reports import Reports
from ingest_service.web.http.fields import Count, RecordId, ResponseModel
from ingest_service.web.http.parameters import LARGEST_PAGE

LINES = "application/x-ndjson"
TABLE = "text/csv"
COLUMNS = ("id", "result", "error", "attempts", "last_status")
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
    """Return the outcomes past a position as lines of JSON (NDJSON), in pieces (see `_all`)."""
    return _in_pieces(f"{_result(outcome)}\n" for outcome in _all(reports, ingestion_id, after))


def results_table(reports: Reports, ingestion_id: UUID, after: int) -> Iterator[bytes]:
    """Return the outcomes past a position as a table with a header (CSV, RFC 4180), in pieces (see `_all`).

    A result is the upstream's JSON, and an error begins with a word of ours: no cell is a formula.
    """
    return _in_pieces(_rows(_all(reports, ingestion_id, after)))


def _all(reports: Reports, ingestion_id: UUID, after: int) -> Iterator[Outcome]:
    """Return the outcomes past a position, a page at a time in memory.

    Each page is read on its own, so that a slow reader holds up nothing; the first at once, so that an ingestion
    that is not there and a store that cannot be read are seen in the status of the answer.
    """
    return _from(reports, reports.results(ingestion_id, after, LARGEST_PAGE))


def _from(reports: Reports, page: ResultsReport) -> Iterator[Outcome]:
    yield from page.outcomes
    while page.next_after is not None:
        page = reports.results(page.ingestion_id, page.next_after, LARGEST_PAGE)
        yield from page.outcomes


def _in_pieces(texts: Iterable[str]) -> Iterator[bytes]:
    """Yield short texts together, and long ones by themselves."""
    gathered: list[str] = []
    size = 0
    for text in texts:
        gathered.append(text)
        size += len(text)
        if size > PIECE_CHARACTERS:
            yield "".join(gathered).encode()
            gathered, size = [], 0
    yield "".join(gathered).encode()


def _rows(outcomes: Iterator[Outcome]) -> Iterator[str]:
    """Yield the header and a row for each outcome; a cell of nothing is empty."""
    text = StringIO()
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for outcome in outcomes:
        yield text.getvalue()
        text.seek(0)
        text.truncate()
        table.writerow([outcome.record_id, outcome.result, outcome.error, outcome.attempts, outcome.last_status])
    yield text.getvalue()


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
