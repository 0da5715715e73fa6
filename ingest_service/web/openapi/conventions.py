"""Conventions of every operation."""

from typing import Any

DESCRIPTION = """\
Times are RFC 3339 in UTC with milliseconds, or null. There is no authentication.

**Errors** have one shape: `{"error": …, "details": {field: [sentence, …]}}`, with `"limits": {field: most}` where
there is too much of something. With `Accept: application/problem+json` the same error is sent as problem details
(RFC 9457); a browser that opens an address gets it as a page. Every operation can also answer 404 (unknown path),
405 with `Allow` (method not allowed), 400 and 431 (not a valid HTTP request), 408 (the request came too slowly),
421 (not one of `INGEST_ALLOWED_HOSTS`), 503 with `Retry-After` (too many large requests at once) and 500
(unexpected failure).

**Every answer** has `X-Request-ID`. HEAD answers as GET does, without a body; OPTIONS lists the allowed methods.
A doubled or trailing slash in a path does not matter.

**Polling** is cheap: send the `ETag` of the last answer in `If-None-Match`, and ask again after as many seconds as
`Retry-After` says.
"""


def about(version: str) -> dict[str, Any]:
    """Return the part of the description that is about the whole API."""
    return {
        "title": "Ingest service",
        "version": version,
        "summary": "Releases lists of ids to a fragile upstream in strict order of priority, at a strict rate.",
        "description": DESCRIPTION,
        "license": {"name": "MIT", "identifier": "MIT"},
    }
