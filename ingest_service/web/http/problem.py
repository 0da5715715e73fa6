"""Errors in both of their forms: plain JSON, and problem details (RFC 9457)."""

from typing import Annotated, Any, Literal, Self
from urllib.parse import quote

from flask import Flask, Response, request
from pydantic import Field
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import HTTP_STATUS_CODES, parse_accept_header

from ingest_service.web.http.fields import Count, ResponseModel
from ingest_service.web.http.responses import JSON

PROBLEM = "application/problem+json"


class Error(ResponseModel):
    """An error: sentences for every wrong field, and the most that is allowed where there is too much."""

    error: str
    details: dict[str, list[str]] = Field(default_factory=dict)
    limits: dict[str, Count] = Field(default_factory=dict)


class ProblemDetails(ResponseModel):
    """The members of problem details that RFC 9457 defines."""

    type: Literal["about:blank"]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    instance: str = Field(default_factory=str, json_schema_extra={"format": "uri-reference"})


class Problem(Error, ProblemDetails):
    """The same error as problem details (RFC 9457), with its own fields as extension members."""

    @classmethod
    def of(cls, error: Error, status: int, path: str | None) -> Self:
        """Return the problem details of an error.

        The type says no more than the status (RFC 9457, 4.2.1); `error` differs between errors of one status.
        """
        details = [f"{field}: {'; '.join(sentences)}" for field, sentences in error.details.items()]
        members: dict[str, Any] = error.model_dump(exclude_unset=True)
        if path is not None:
            members["instance"] = quote(path)
        return cls(
            type="about:blank",
            title=HTTP_STATUS_CODES[status],
            status=status,
            detail=". ".join(details) or error.error,
            **members,
        )


def register_problems(app: Flask) -> None:
    """Answer every error of this application in the form that the client prefers."""
    app.after_request(_as_preferred)


def preferred_form(error: str, status: int, accept: str | None, path: str | None) -> tuple[str, str]:
    """Return the JSON text of an error in the form that an `Accept` header prefers, and its media type.

    Without a preference it stays as it is.
    """
    if parse_accept_header(accept, MIMEAccept).best_match([JSON, PROBLEM]) != PROBLEM:
        return error, JSON
    return Problem.of(Error.model_validate_json(error), status, path).to_json(), PROBLEM


def _as_preferred(response: Response) -> Response:
    if response.status_code < 400 or response.mimetype != JSON:
        return response
    plain, path = response.get_data(as_text=True), request.script_root + request.path
    text, media_type = preferred_form(plain, response.status_code, request.headers.get("Accept"), path)
    response.set_data(text)
    response.mimetype = media_type
    response.vary.add("Accept")
    return response
