"""Every error as JSON of one shape: `{"error": …, "details": {field: [sentence, …]}}`."""

import json
import logging
from collections.abc import Mapping, Sequence

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from ingest_service.errors import IngestionNotFound, NothingToRetry, StoreError

log = logging.getLogger(__name__)

Details = Mapping[str, Sequence[str]]


class InvalidInput(Exception):
    """A request whose content is wrong; `details` has sentences for every field that is."""

    def __init__(self, details: Details) -> None:
        super().__init__("Invalid input")
        self.details = details


def error_body(error: str, details: Details | None = None) -> str:
    """Return the JSON text of an error."""
    return json.dumps({"error": error} if details is None else {"error": error, "details": details})


def register_errors(app: Flask) -> None:
    """Let every error of this application be answered as JSON."""
    app.register_error_handler(InvalidInput, _invalid_input)
    app.register_error_handler(IngestionNotFound, _ingestion_not_found)
    app.register_error_handler(NothingToRetry, _nothing_to_retry)
    app.register_error_handler(StoreError, _store_error)
    app.register_error_handler(MethodNotAllowed, _method_not_allowed)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _answer(status: int, error: str, details: Details | None = None) -> Response:
    return Response(error_body(error, details), status, mimetype="application/json")


def _invalid_input(error: InvalidInput) -> Response:
    return _answer(400, str(error), error.details)


def _ingestion_not_found(_: IngestionNotFound) -> Response:
    return _answer(404, "Ingestion ID not found")


def _nothing_to_retry(error: NothingToRetry) -> Response:
    return _answer(409, "Nothing to retry", {"ingestion_id": [str(error)]})


def _store_error(error: StoreError) -> Response:
    log.error("%s %s: %s", request.method, request.path, error)
    return _answer(503, "Storage unavailable", {"store": [str(error)]})


def _method_not_allowed(error: MethodNotAllowed) -> Response:
    allowed = ", ".join(sorted(error.valid_methods or []))
    sentence = f"{request.method} is not allowed on {request.path}; allowed: {allowed}"
    response = _answer(405, "Method not allowed", {"method": [sentence]})
    response.headers["Allow"] = allowed
    return response


def _not_found(_: NotFound) -> Response:
    return _answer(404, "Not found", {"path": [f"there is nothing at {request.path}"]})


def _too_large(_: RequestEntityTooLarge) -> Response:
    limit = request.max_content_length
    return _answer(413, "Request entity too large", {"body": [f"the body may have at most {limit} bytes"]})


def _http_error(error: HTTPException) -> Response:
    return _answer(error.code or 500, error.name.capitalize(), {"request": [error.description or error.name]})


def _unexpected(error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _answer(500, "Internal server error", {"request": ["it failed unexpectedly; the log says why"]})
