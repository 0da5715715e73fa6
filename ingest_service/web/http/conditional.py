"""Conditional requests: what has not changed is not sent again, and what has changed is not changed blindly."""

from collections.abc import Callable
from hashlib import blake2b

from flask import Flask, Response, request

from ingest_service.web.http.errors import ChangedMeanwhile
from ingest_service.web.http.fields import ResponseModel
from ingest_service.web.http.responses import JSON
from ingest_service.web.http.times import retry_after

# Nothing here has a date, and no part of an answer can be asked for.
IGNORED = ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE", "HTTP_RANGE")
IF_MATCH = "HTTP_IF_MATCH"


def ignore_other_conditions(app: Flask) -> None:
    """Let no operation see conditions but If-None-Match when it reads, and If-Match when it changes something."""

    @app.before_request
    def ignore() -> None:
        reads = request.method in ("GET", "HEAD")
        for name in (*IGNORED, IF_MATCH) if reads else IGNORED:
            request.environ.pop(name, None)


def require_match(tag: Callable[[], str]) -> None:
    """Raise ChangedMeanwhile if the client changes something only as it has it (If-Match), and has another."""
    if IF_MATCH in request.environ and not request.if_match.contains(tag()):
        raise ChangedMeanwhile


def entity_tag(text: str) -> str:
    """Return an entity tag that names a text, or all that an answer depends on (RFC 9110, 8.8.3)."""
    return blake2b(text.encode(), digest_size=12).hexdigest()


def conditional(tag: str, changes_in: int | None, answer: Callable[[], Response]) -> Response:
    """Return the answer with its tag and Retry-After; 304 to a client that has it, without making it.

    `changes_in` is the nanoseconds until the next possible change, None for never.
    """
    response = Response(status=304) if request.if_none_match.contains_weak(tag) else answer()
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"
    if changes_in is not None:
        response.headers["Retry-After"] = retry_after(changes_in)
    return response


def conditional_json(answer: ResponseModel, changes_in: int | None) -> Response:
    """Return an answer as JSON, tagged with what it says."""
    text = answer.to_json()
    return conditional(entity_tag(text), changes_in, lambda: Response(text, mimetype=JSON))
