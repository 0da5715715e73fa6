"""CORS: pages of other origins that may use the API (Fetch standard)."""

import re
from collections.abc import Sequence

from flask import Flask, Response
from flask_cors import CORS

from ingest_service.web.http.request_id import HEADER as REQUEST_ID

ANY_ORIGIN = "*"
METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE")
REQUEST_HEADERS = ("Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", REQUEST_ID)
RESPONSE_HEADERS = ("Content-Disposition", "ETag", "Location", "Retry-After", "Link", REQUEST_ID)
PREFLIGHT_SECONDS = 600


def allow_origins(app: Flask, origins: Sequence[str]) -> None:
    """Allow pages of these origins to read the answers of this application; of all origins if one is `*`.

    Credentials are not allowed: there are none.
    """
    if not origins:
        return
    any_origin = ANY_ORIGIN in origins
    CORS(
        app,
        origins=ANY_ORIGIN if any_origin else [_exactly(origin) for origin in origins],
        methods=METHODS,
        allow_headers=REQUEST_HEADERS,
        expose_headers=RESPONSE_HEADERS,
        max_age=PREFLIGHT_SECONDS,
        send_wildcard=True,
        vary_header=False,
    )
    if not any_origin:
        app.after_request(_vary)


def _exactly(origin: str) -> re.Pattern[str]:
    """Return a pattern for this origin alone: flask-cors takes a text with brackets (IPv6) for a pattern."""
    return re.compile(rf"{re.escape(origin)}\Z", re.IGNORECASE)


def _vary(response: Response) -> Response:
    """Add `Vary: Origin` for caches, also where the origin was refused or none was sent."""
    response.vary.add("Origin")
    return response
