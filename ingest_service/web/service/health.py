"""The operations that tell how the service is: alive, and ready."""

from collections.abc import Mapping

from flask import Blueprint, Response, jsonify

from ingest_service.service import Service
from ingest_service.web.http.errors import error_body


def health(service: Service, version: str) -> Blueprint:
    """Return the operations that tell how this service is, and which version of it runs."""
    routes = Blueprint("health", __name__)

    @routes.get("/health")
    def alive() -> Response:
        """Say whether every part runs; only a new start helps one that does not. Touches no database."""
        failures = service.liveness_failures()
        return _unwell("Not healthy", failures) if failures else jsonify(status="ok", version=version)

    @routes.get("/ready")
    def ready() -> Response:
        """Say whether ingestions are taken and released now; a full disk may pass. Reads the database."""
        failures = service.readiness_failures()
        return _unwell("Not ready", failures) if failures else jsonify(status="ready")

    return routes


def _unwell(error: str, sentences: Mapping[str, str]) -> Response:
    body = error_body(error, {part: [sentence] for part, sentence in sentences.items()})
    return Response(body, 503, mimetype="application/json")
