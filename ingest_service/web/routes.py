"""The operations of the HTTP API that everybody uses: submit, look, and see that all is well."""

from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from ingest_service.service import Service
from ingest_service.web.parameters import parse_ingestion_id
from ingest_service.web.status import BATCHES_IN_PIECE, status_body
from ingest_service.web.submission import parse_submission


def api(service: Service, max_ids: int) -> Blueprint:
    """Return the operations on this service."""
    routes = Blueprint("api", __name__)

    @routes.post("/ingest")
    def submit() -> Response:
        """Accept ids; the answer comes after they are durable."""
        ids, priority = parse_submission(request.get_data(cache=False), max_ids)
        return accepted(service.submit(ids, priority))

    @routes.get("/status/<ingestion_id>")
    def status(ingestion_id: str) -> Response:
        """Report every batch of an ingestion."""
        progress = service.progress(parse_ingestion_id(ingestion_id))
        body = status_body(progress)
        few = progress.ingestion.batch_count <= BATCHES_IN_PIECE
        # A short body is put together, so that it is sent whole and with its length.
        return Response("".join(body) if few else body, mimetype="application/json")

    @routes.get("/health")
    def health() -> tuple[Response, int]:
        """Say whether ingestions are taken and released; touches no disk."""
        ailments = service.ailments()
        if not ailments:
            return jsonify(status="ok"), 200
        return jsonify(error="Not healthy", details={part: [why] for part, why in ailments.items()}), 503

    return routes


def accepted(ingestion_id: UUID) -> Response:
    """Return the answer to an accepted submission."""
    response = jsonify(ingestion_id=str(ingestion_id))
    response.headers["Location"] = f"/status/{ingestion_id}"
    return response
