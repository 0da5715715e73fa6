"""Security headers of pages: they connect to this server only, and cannot be shown in a frame."""

from collections.abc import Mapping

from flask import Response

PAGES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# The icons of Swagger UI are written out in its style sheet.
_DOCS = PAGES | {"img-src": "'self' data:", "form-action": "'none'"}


def headers_of(content: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a page that takes its content from these sources only."""
    return {
        "Content-Security-Policy": "; ".join(f"{kind} {sources}" for kind, sources in content.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
    }


_HEADERS = headers_of(_DOCS)


def add_security_headers(response: Response) -> Response:
    """Add the headers of /docs to a response."""
    response.headers.update(_HEADERS)
    return response
