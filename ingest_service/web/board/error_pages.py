"""Errors as pages: what a person sees who opens an address that fails."""

from flask import Blueprint, Response, request

from ingest_service.web.board.files import DIGEST
from ingest_service.web.board.pages import as_page, prefers_html, rendered
from ingest_service.web.http.problem import PROBLEM, Error
from ingest_service.web.http.request_id import request_id
from ingest_service.web.http.responses import HTML, JSON


def add_error_pages(routes: Blueprint, version: str) -> None:
    """Show errors as pages to browsers that read, with all that the JSON says; other clients keep theirs."""

    @routes.after_app_request
    def show(response: Response) -> Response:
        if not (_is_error(response) and request.method in ("GET", "HEAD") and prefers_html()):
            return response
        error = Error.model_validate_json(response.get_data())
        response.set_data(_page(error, response.status_code, version))
        response.mimetype = HTML
        return as_page(response)


def _is_error(response: Response) -> bool:
    return response.status_code >= 400 and response.mimetype in (JSON, PROBLEM)


def _page(error: Error, status: int, version: str) -> str:
    kind = "bad" if status >= 500 else "good"
    return rendered(
        "board/error.html",
        error=error,
        status=status,
        kind=kind,
        request_name=request_id.get(),
        digest=DIGEST,
        version=version,
    )
