"""The plain ways to do what the service does with a million ids, and a server that answers GET /dicts/<id> so.

`python -m benchmarks.dicts` is `python wsgi.py` with that one address more.
"""

import json
import sqlite3
from uuid import UUID

from flask import Response

from ingest_service.domain.model import LARGEST_ID, SMALLEST_ID, Ingestion, Status, batch_id
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.process import Process


def plain_validation(body: bytes) -> list[int]:
    """Read the ids of a submission as one does without pydantic."""
    submission = json.loads(body)
    for record_id in submission["ids"]:
        if type(record_id) is not int or not SMALLEST_ID <= record_id <= LARGEST_ID:
            raise ValueError(record_id)
    ids: list[int] = submission["ids"]
    return ids


def store_batches(connection: sqlite3.Connection, ids: list[int]) -> None:
    """Store every batch as a row, in one commit."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DROP TABLE IF EXISTS batches")
        connection.execute("CREATE TABLE batches (number INTEGER PRIMARY KEY, ids TEXT NOT NULL)")
        rows = ((first // 3, json.dumps(ids[first : first + 3])) for first in range(0, len(ids), 3))
        connection.executemany("INSERT INTO batches VALUES (?, ?)", rows)


def dicts_body(progress: Progress, ids: PackedIds) -> str:
    """Return the body of GET /status by way of dicts and `json.dumps`."""
    batches = [
        _batch(progress.ingestion, ids, number, status)
        for start, stop, status in progress.runs()
        for number in range(start, stop)
    ]
    ingestion_id = str(progress.ingestion.id)
    return json.dumps({"ingestion_id": ingestion_id, "status": progress.status, "batches": batches})


def _batch(ingestion: Ingestion, ids: PackedIds, number: int, status: Status) -> dict[str, object]:
    own_ids = ids.span(number * ingestion.batch_size, (number + 1) * ingestion.batch_size)
    return {"batch_id": str(batch_id(ingestion.id, number)), "ids": own_ids, "status": status}


def main() -> None:
    """Serve the application of wsgi.py, and the dicts beside it."""
    process = Process()
    reports = process.service.reports

    @process.app.get("/dicts/<ingestion_id>")
    def dicts(ingestion_id: str) -> Response:
        """Report every batch of an ingestion."""
        progress = reports.progress(UUID(ingestion_id))
        return Response(dicts_body(progress, reports.ids(progress)), mimetype="application/json")

    process.serve()


if __name__ == "__main__":
    main()
