"""Pages for browsers, at addresses that answer every other client with JSON."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from ingest_service.web.board import text
from ingest_service.web.http.problem import PROBLEM
from ingest_service.web.http.responses import HTML, JSON
from ingest_service.web.http.security_headers import PAGES, headers_of
from ingest_service.web.http.times import rfc3339

SERVER_TIME = "X-Server-Time"
_HEADERS = headers_of(PAGES)
_FILTERS = (
    text.shown,
    text.number,
    text.plural_for,
    text.span,
    text.until,
    text.left,
    text.digits,
    text.measured,
    text.window,
    text.clock,
    text.in_full,
)

Page = Callable[..., Response]


class Pages:
    """The pages of a blueprint. A page stands in for an operation where the client would rather have HTML."""

    def __init__(self, routes: Blueprint) -> None:
        self._pages: dict[str, Page] = {}
        routes.before_app_request(self._answer)
        routes.after_app_request(self._name_difference)
        routes.add_app_template_filter(rfc3339, "iso")
        for write in _FILTERS:
            routes.add_app_template_filter(write)
        routes.record(_without_blank_lines)

    def instead_of(self, endpoint: str) -> Callable[[Page], Page]:
        """Let the decorated page stand in for an endpoint that reads; it gets the same parts of the path."""

        def add(page: Page) -> Page:
            self._pages[endpoint] = page
            return page

        return add

    def _answer(self) -> Response | None:
        page = self._pages.get(request.endpoint or "")
        if page is None or request.method not in ("GET", "HEAD") or not prefers_html():
            return None
        return page(**(request.view_args or {}))

    def _name_difference(self, response: Response) -> Response:
        if request.endpoint in self._pages:
            response.vary.add("Accept")
        return response


def _without_blank_lines(state: BlueprintSetupState) -> None:
    environment = state.app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True


def prefers_html() -> bool:
    """Return whether the client of this request would rather have HTML than JSON; browsers would."""
    accepted = parse_accept_header(request.headers.get("Accept"), MIMEAccept)
    return accepted.best_match([JSON, PROBLEM, HTML]) == HTML


def rendered(template: str, **values: Any) -> str:
    """Return the HTML of a template of ours: every value is escaped."""
    return render_template(template, **values)


def as_page(response: Response) -> Response:
    """Add the security headers of a page."""
    response.headers.update(_HEADERS)
    return response
