"""The operations of the HTTP API that everybody uses: submit, and look."""

from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.service import Service
from ingest_service.web.http.conditional import polled, status_tag
from ingest_service.web.http.parameters import parse_dry_run, parse_ingestion_id, parse_key
from ingest_service.web.ingest.bodies import parse_submission
from ingest_service.web.ingest.dry_run import dry_run_body
from ingest_service.web.ingest.status import BATCHES_IN_PIECE, status_body


def api(service: Service, max_ids: int) -> Blueprint:
    """Return the operations on this service."""
    routes = Blueprint("api", __name__)

    @routes.post("/ingest")
    def submit() -> Response:
        """Accept ids, the answer comes after they are durable; or only tell what would become of them."""
        dry_run, key = parse_dry_run(request.args), parse_key(request.headers)
        asked = parse_submission(request.get_data(cache=False), max_ids)
        if dry_run:
            return jsonify(dry_run_body(service.dry_run(asked.ids, asked.urgency)))
        return submitted(service.submit(asked.ids, asked.urgency, asked.due, key))

    @routes.get("/status/<ingestion_id>")
    def status(ingestion_id: str) -> Response:
        """Report every batch of an ingestion."""
        report = service.reports.status(parse_ingestion_id(ingestion_id))
        progress = report.progress
        return polled(
            status_tag(progress), report.changes_in, lambda: _status(progress, service.reports.ids(progress))
        )

    return routes


def _status(progress: Progress, ids: PackedIds) -> Response:
    """Return a status; a short one is put together, so that it is sent whole and with its length."""
    body = status_body(progress, ids)
    few = progress.ingestion.batch_count <= BATCHES_IN_PIECE
    return Response("".join(body) if few else body, mimetype="application/json")


def submitted(ingestion_id: UUID) -> Response:
    """Return the answer to an accepted submission."""
    response = jsonify(ingestion_id=str(ingestion_id))
    response.headers["Location"] = f"/status/{ingestion_id}"
    return response
