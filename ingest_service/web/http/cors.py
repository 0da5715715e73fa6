"""Which pages of other origins may use the API (the CORS protocol of the Fetch standard)."""

import re
from collections.abc import Sequence

from flask import Flask, Response
from flask_cors import CORS

from ingest_service.web.http.request_id import HEADER as REQUEST_ID

EVERYBODY = "*"
METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE")
ASKED = ("Content-Type", "Idempotency-Key", "If-None-Match", REQUEST_ID)
TOLD = ("ETag", "Location", "Retry-After", "Link", REQUEST_ID)
PREFLIGHT_SECONDS = 600


def allow_origins(app: Flask, origins: Sequence[str]) -> None:
    """Let pages of these origins read the answers of this application; of all origins if one of them is `*`.

    Credentials are not allowed: there are none.
    """
    if not origins:
        return
    everybody = EVERYBODY in origins
    CORS(
        app,
        origins=EVERYBODY if everybody else [_exactly(origin) for origin in origins],
        methods=METHODS,
        allow_headers=ASKED,
        expose_headers=TOLD,
        max_age=PREFLIGHT_SECONDS,
        send_wildcard=True,
        vary_header=False,
    )
    if not everybody:
        app.after_request(_vary)


def _exactly(origin: str) -> re.Pattern[str]:
    """Return a pattern of this origin alone; as a text it would be one itself if it has brackets (IPv6)."""
    return re.compile(rf"{re.escape(origin)}\Z", re.IGNORECASE)


def _vary(response: Response) -> Response:
    """Tell caches that the answer depends on the origin, also where it was refused or none was sent."""
    response.vary.add("Origin")
    return response
