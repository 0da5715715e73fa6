"""Errors as answers: of one shape, `{"error": …, "details": {field: [sentence, …]}}`, some with `limits`."""

import logging
from collections.abc import Callable, Mapping
from typing import TypeVar

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from ingest_service.clock import NANOSECONDS
from ingest_service.errors import (
    BacklogFull,
    DeadlineImpossible,
    DispatcherStopped,
    IngestionNotFound,
    KeyReused,
    NothingToCancel,
    NothingToChange,
    NothingToRetry,
    StoreError,
)
from ingest_service.web.http.names import shown
from ingest_service.web.http.problem import Error
from ingest_service.web.http.responses import json_response
from ingest_service.web.http.times import retry_after, rfc3339

log = logging.getLogger(__name__)

MILLISECOND = NANOSECONDS // 1000
UNEXPECTED = Error(
    error="Internal server error", details={"request": ["it failed unexpectedly; the log says why"]}
)
Raised = TypeVar("Raised", bound=Exception)


class InvalidInput(Exception):
    """A request whose content is wrong: sentences for every wrong field, a limit for each that has too much."""

    def __init__(self, details: Mapping[str, list[str]], limits: Mapping[str, int] | None = None) -> None:
        super().__init__("Invalid input")
        self.details = dict(details)
        self.limits = limits


class ChangedMeanwhile(Exception):
    """The client wants to change something that is not as the client has it (If-Match)."""


class ForeignOrigin(Exception):
    """A web page of another origin wants to change something; its text is the origin."""


class MisdirectedRequest(Exception):
    """The request is for another host; its text is the host."""


class UnsupportedEncoding(Exception):
    """The body is encoded in a way that is not read; its text is the encoding."""


def register_errors(app: Flask) -> None:
    """Answer every error of this application as JSON."""
    _register(app, InvalidInput, 400, invalid_input)
    _register(app, IngestionNotFound, 404, ingestion_not_found)
    _register(app, NothingToRetry, 409, nothing_to_retry)
    _register(app, NothingToCancel, 409, nothing_to_cancel)
    _register(app, NothingToChange, 409, nothing_to_change)
    _register(app, DeadlineImpossible, 409, deadline_impossible)
    _register(app, KeyReused, 422, key_reused)
    _register(app, DispatcherStopped, 503, dispatcher_stopped)
    _register(app, ChangedMeanwhile, 412, changed_meanwhile)
    _register(app, ForeignOrigin, 403, foreign_origin)
    _register(app, MisdirectedRequest, 421, misdirected_request)
    _register(app, UnsupportedEncoding, 415, unsupported_encoding)
    _register(app, NotFound, 404, _not_found)
    _register(app, RequestEntityTooLarge, 413, lambda _: too_large(request.max_content_length))
    app.register_error_handler(BacklogFull, _answer_backlog_full)
    app.register_error_handler(StoreError, _answer_store_error)
    app.register_error_handler(MethodNotAllowed, _answer_method_not_allowed)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(Exception, _answer_unexpected)


def _register(app: Flask, kind: type[Raised], status: int, describe: Callable[[Raised], Error]) -> None:
    def answer(error: Raised) -> Response:
        return json_response(describe(error), status)

    app.register_error_handler(kind, answer)


def invalid_input(error: InvalidInput) -> Error:
    """Describe a request whose content is wrong."""
    if error.limits is None:
        return Error(error=str(error), details=error.details)
    return Error(error=str(error), details=error.details, limits=dict(error.limits))


def ingestion_not_found(_: IngestionNotFound) -> Error:
    """Describe an id that no ingestion has."""
    return Error(error="Ingestion ID not found")


def nothing_to_retry(error: NothingToRetry) -> Error:
    """Describe an ingestion without failed ids."""
    return Error(error="Nothing to retry", details={"ingestion_id": [str(error)]})


def nothing_to_cancel(error: NothingToCancel) -> Error:
    """Describe an ingestion that cannot be cancelled."""
    return Error(error="Nothing to cancel", details={"ingestion_id": [str(error)]})


def nothing_to_change(error: NothingToChange) -> Error:
    """Describe an ingestion that cannot be changed."""
    return Error(error="Nothing to change", details={"ingestion_id": [str(error)]})


def deadline_impossible(error: DeadlineImpossible) -> Error:
    """Describe a deadline that cannot be met."""
    title = "Deadline cannot be met"
    if error.earliest is None:
        sentence = "the time of completion is unknown while an operator has paused the dispatcher"
        return Error(error=title, details={"deadline": [sentence]})
    # Rounded up, so that it can be met.
    earliest = rfc3339(error.earliest + MILLISECOND - 1)
    sentence = f"as things stand it would complete at {earliest}"
    return Error(error=title, details={"deadline": [sentence], "earliest": [earliest]})


def key_reused(error: KeyReused) -> Error:
    """Describe an idempotency key that was sent before with another content."""
    return Error(error="Idempotency key reused", details={"Idempotency-Key": [str(error)]})


def backlog_full(error: BacklogFull) -> Error:
    """Describe a backlog without room."""
    if error.room_at is None:
        when = "the time of more room is unknown while an operator has paused the dispatcher"
    else:
        when = f"there will be room for these at {rfc3339(error.room_at)}"
    return Error(error="Backlog full", details={"ids": [f"{error}; {when}"]}, limits={"ids": error.room})


def dispatcher_stopped(error: DispatcherStopped) -> Error:
    """Describe a dispatcher that would call nothing of a submission."""
    return Error(error="Dispatcher stopped", details={"dispatcher": [str(error)]})


def store_error(error: StoreError) -> Error:
    """Describe a store that cannot do what it must."""
    return Error(error="Storage unavailable", details={"store": [str(error)]})


def too_large(limit: int | None) -> Error:
    """Describe a body of more than `limit` bytes."""
    return Error(error="Request entity too large", details={"body": [f"the body may have at most {limit} bytes"]})


def changed_meanwhile(_: ChangedMeanwhile) -> Error:
    """Describe a change of what has changed since."""
    sentence = "the ingestion is not as this tag says any more; read it again"
    return Error(error="Precondition failed", details={"If-Match": [sentence]})


def foreign_origin(error: ForeignOrigin) -> Error:
    """Describe a change that a page of another origin wants."""
    sentence = f"pages of {shown(str(error))} may change nothing here; INGEST_CORS_ORIGINS allows origins"
    return Error(error="Forbidden", details={"Origin": [sentence]})


def misdirected_request(error: MisdirectedRequest) -> Error:
    """Describe a request for another host."""
    sentence = f"{shown(str(error))} is not a name of this service; INGEST_ALLOWED_HOSTS lists its names"
    return Error(error="Misdirected request", details={"Host": [sentence]})


def unsupported_encoding(error: UnsupportedEncoding) -> Error:
    """Describe a body in an encoding that is not read."""
    sentence = f"{shown(str(error))} is not supported; send the body as it is"
    return Error(error="Unsupported media type", details={"Content-Encoding": [sentence]})


def _not_found(_: NotFound) -> Error:
    return Error(error="Not found", details={"path": [f"there is nothing at {request.path}"]})


def _answer_backlog_full(error: BacklogFull) -> Response:
    response = json_response(backlog_full(error), 503)
    if error.room_in is not None:
        response.headers["Retry-After"] = retry_after(error.room_in)
    return response


def _answer_store_error(error: StoreError) -> Response:
    log.error("%s %s: %s", request.method, request.path, error)
    return json_response(store_error(error), 503)


def _answer_method_not_allowed(error: MethodNotAllowed) -> Response:
    allowed = ", ".join(sorted(error.valid_methods or []))
    sentence = f"{request.method} is not allowed on {request.path}; allowed: {allowed}"
    response = json_response(Error(error="Method not allowed", details={"method": [sentence]}), 405)
    response.headers["Allow"] = allowed
    return response


def _answer_http_error(error: HTTPException) -> Response:
    details = {"request": [error.description or error.name]}
    return json_response(Error(error=error.name.capitalize(), details=details), error.code or 500)


def _answer_unexpected(error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return json_response(UNEXPECTED, 500)
