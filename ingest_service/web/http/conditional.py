"""What makes polling cheap: an answer that has not changed is not sent again, and says when to ask again."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from flask import Response, json, request

from ingest_service.clock import NANOSECONDS
from ingest_service.domain.progress import Progress


def status_tag(progress: Progress) -> str:
    """Return a strong entity tag of all that `GET /status/<id>` says, without saying it (RFC 9110, 8.8.3)."""
    return _tag(f"{progress.ingestion.id} {progress.released} {progress.cancelled} {sorted(progress.open)}")


def polled(tag: str, changes_in: int | None, answer: Callable[[], Response]) -> Response:
    """Return the answer with its tag and Retry-After; 304, and no answer is made, for whoever has it already.

    `changes_in` is the nanoseconds until the next possible change, None for never.
    """
    response = Response(status=304) if request.if_none_match.contains_weak(tag) else answer()
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"
    if changes_in is not None:
        response.headers["Retry-After"] = str(max(1, -(-changes_in // NANOSECONDS)))
    return response


def polled_json(body: dict[str, Any], changes_in: int | None) -> Response:
    """Return a body as JSON, tagged with what it says."""
    text = json.dumps(body, separators=(",", ":"))
    return polled(_tag(text), changes_in, lambda: Response(text, mimetype="application/json"))


def _tag(text: str) -> str:
    return blake2b(text.encode(), digest_size=12).hexdigest()
