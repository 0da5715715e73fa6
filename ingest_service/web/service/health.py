"""The operations that show the state of the service: alive, and ready."""

from collections.abc import Mapping

from flask import Blueprint, Response

from ingest_service.service import Service
from ingest_service.web.http.problem import Error
from ingest_service.web.http.responses import json_response
from ingest_service.web.service.models import Health, Ready


def health(service: Service, version: str) -> Blueprint:
    """Return the operations that show the state of this service, and its version."""
    routes = Blueprint("health", __name__)

    @routes.get("/health")
    def alive() -> Response:
        """Return whether every part runs; only a new start helps one that does not. Touches no database."""
        failures = service.liveness_failures()
        if failures:
            return _failed("Not healthy", failures)
        return json_response(Health(status="ok", version=version))

    @routes.get("/ready")
    def ready() -> Response:
        """Return whether ingestions are taken and released now; a full disk may pass. Reads the database."""
        failures = service.readiness_failures()
        if failures:
            return _failed("Not ready", failures)
        return json_response(Ready(status="ready"))

    return routes


def _failed(error: str, sentences: Mapping[str, str]) -> Response:
    details = {part: [sentence] for part, sentence in sentences.items()}
    return json_response(Error(error=error, details=details), 503)
