"""Conditional requests: an answer that has not changed is not sent again, and says when it may change."""

from collections.abc import Callable
from hashlib import blake2b

from flask import Response, request

from ingest_service.web.http.fields import ResponseModel
from ingest_service.web.http.responses import JSON
from ingest_service.web.http.times import retry_after


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
