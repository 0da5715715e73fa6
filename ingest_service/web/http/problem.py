"""Errors as problem details (RFC 9457), for whoever prefers them to plain JSON."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import HTTP_STATUS_CODES, parse_accept_header

JSON = "application/json"
PROBLEM = "application/problem+json"


def register_problems(app: Flask) -> None:
    """Let every error of this application be told in the form that the client prefers."""
    app.after_request(_as_preferred)


def preferred_form(error: str, status: int, accept: str | None, path: str | None) -> tuple[str, str]:
    """Return the JSON text of an error in the form that an `Accept` header prefers, and its media type.

    Without a preference it stays as it is.
    """
    if parse_accept_header(accept, MIMEAccept).best_match([JSON, PROBLEM]) != PROBLEM:
        return error, JSON
    return json.dumps(problem_of(json.loads(error), status, path)), PROBLEM


def problem_of(error: Mapping[str, Any], status: int, path: str | None) -> dict[str, Any]:
    """Return the problem details of an error, which is whole in them as extension members.

    The type says no more than the status does (RFC 9457, 4.2.1); `error` tells errors of one status apart.
    """
    details = [f"{field}: {'; '.join(sentences)}" for field, sentences in error.get("details", {}).items()]
    problem = {
        "type": "about:blank",
        "title": HTTP_STATUS_CODES[status],
        "status": status,
        "detail": ". ".join(details) or error["error"],
    }
    place = {} if path is None else {"instance": quote(path)}
    return {**problem, **place, **error}


def _as_preferred(response: Response) -> Response:
    if response.status_code < 400 or response.mimetype != JSON:
        return response
    plain = response.get_data(as_text=True)
    text, media_type = preferred_form(plain, response.status_code, request.headers.get("Accept"), request.path)
    response.set_data(text)
    response.mimetype = media_type
    response.vary.add("Accept")
    return response
