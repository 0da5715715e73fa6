"""Every error as JSON of one shape: `{"error": …, "details": {field: [sentence, …]}}`."""

import json
import logging
from collections.abc import Mapping, Sequence

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from ingest_service.clock import NANOSECONDS
from ingest_service.errors import (
    BacklogFull,
    DeadlineImpossible,
    IngestionNotFound,
    KeyReused,
    NothingToCancel,
    NothingToChange,
    NothingToRetry,
    StoreError,
)
from ingest_service.web.http.times import rfc3339

log = logging.getLogger(__name__)

Details = Mapping[str, Sequence[str]]
MILLISECOND = NANOSECONDS // 1000


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
    app.register_error_handler(NothingToCancel, _nothing_to_cancel)
    app.register_error_handler(NothingToChange, _nothing_to_change)
    app.register_error_handler(DeadlineImpossible, _deadline_impossible)
    app.register_error_handler(KeyReused, _key_reused)
    app.register_error_handler(BacklogFull, _backlog_full)
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


def _nothing_to_cancel(error: NothingToCancel) -> Response:
    return _answer(409, "Nothing to cancel", {"ingestion_id": [str(error)]})


def _nothing_to_change(error: NothingToChange) -> Response:
    return _answer(409, "Nothing to change", {"ingestion_id": [str(error)]})


def _deadline_impossible(error: DeadlineImpossible) -> Response:
    if error.earliest is None:
        sentence = "nobody knows when it would complete: an operator has paused the dispatcher"
        return _answer(409, "Deadline cannot be met", {"deadline": [sentence]})
    # Rounded up, so that it can be met.
    earliest = str(rfc3339(error.earliest + MILLISECOND - 1))
    sentence = f"as things stand it would complete at {earliest}"
    return _answer(409, "Deadline cannot be met", {"deadline": [sentence], "earliest": [earliest]})


def _key_reused(error: KeyReused) -> Response:
    return _answer(422, "Idempotency key reused", {"Idempotency-Key": [str(error)]})


def _backlog_full(error: BacklogFull) -> Response:
    if error.room_in is None:
        when = "nobody knows when there will be more: an operator has paused the dispatcher"
    else:
        when = f"there will be room for these at {rfc3339(error.room_at)}"
    response = _answer(503, "Backlog full", {"ids": [f"{error}; {when}"]})
    if error.room_in is not None:
        response.headers["Retry-After"] = str(max(1, -(-error.room_in // NANOSECONDS)))
    return response


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
