"""What holds for every operation."""

from typing import Any

DESCRIPTION = """\
Times are RFC 3339 in UTC with milliseconds, or null. There is no authentication.

**Errors** have one shape: `{"error": …, "details": {field: [sentence, …]}}`; whoever prefers
`application/problem+json` in `Accept` gets the same as problem details (RFC 9457). Beside the errors of each
operation there are 404 for a path that is none, 405 with `Allow` for a method that is not allowed, 400 and 431 for
what is no HTTP request, and 500 for what fails unexpectedly.

**Every answer** has `X-Request-ID`. HEAD answers as GET does, without a body; OPTIONS tells which methods are
allowed. A doubled or trailing slash in a path does not matter.

**Polling** is cheap: send the `ETag` of the last answer in `If-None-Match`, and ask again after as many seconds as
`Retry-After` says.
"""


def about(version: str) -> dict[str, Any]:
    """Return what the description says of the whole API."""
    return {
        "title": "Ingest service",
        "version": version,
        "summary": "Releases lists of ids to a fragile upstream in strict order of priority, at a strict rate.",
        "description": DESCRIPTION,
        "license": {"name": "MIT", "identifier": "MIT"},
    }
