"""The board, and the addresses of the API."""

from dataclasses import dataclass

from flask import Blueprint, Response, request

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.service import Service
from ingest_service.web.board.controls import add_controls
from ingest_service.web.board.error_pages import add_error_pages
from ingest_service.web.board.files import DIGEST, add_files
from ingest_service.web.board.ingestion.views import add_ingestion
from ingest_service.web.board.latest import Latest
from ingest_service.web.board.listing.views import add_listing
from ingest_service.web.board.models import Links
from ingest_service.web.board.pages import SERVER_TIME, Pages, as_page, rendered
from ingest_service.web.board.plot import LatestHistory, add_plot
from ingest_service.web.board.submission import add_submission
from ingest_service.web.board.view import Board
from ingest_service.web.http.compression import compressed, packed
from ingest_service.web.http.conditional import conditional, conditional_json, entity_tag
from ingest_service.web.http.responses import HTML, own_url
from ingest_service.web.http.times import rfc3339

POLL = NANOSECONDS
_PATHS = {
    "ingest": "/ingest",
    "ingestions": "/ingestions",
    "schedule": "/schedule",
    "slots": "/slots",
    "audit": "/audit",
    "dispatcher": "/dispatcher",
    "health": "/health",
    "ready": "/ready",
    "metrics": "/metrics",
    "openapi": "/openapi.json",
    "docs": "/docs",
}


@dataclass(frozen=True, slots=True)
class Part:
    """The part of the page that changes, as HTML for one mount point, the same compressed, and its tag."""

    board: Board
    root: str
    html: str
    packed: bytes
    tag: str


class LastPart:
    """The part that was rendered last. Any thread."""

    def __init__(self, rule: str) -> None:
        self._rule = rule
        self._last: Part | None = None

    def of(self, board: Board) -> Part:
        """Return the part of the page for the mount point of this request; rendered only if it is another one."""
        last = self._last
        if last is None or last.root != request.script_root or last.board != board:
            html = rendered("board/part.html", board=board, now=None, digest=DIGEST, rule=self._rule)
            self._last = last = Part(board, request.script_root, html, packed(html.encode()), entity_tag(html))
        return last


def board(service: Service, clock: Clock, version: str, rule: str, most_ids: int, controls: bool) -> Blueprint:
    """Return the board of a service; it stands in for `GET /` where the client is a browser.

    `rule` is the rate limit in words; a submission may have at most `most_ids` ids. With `controls` the pages have
    buttons that change something.
    """
    routes = Blueprint("board", __name__, template_folder="templates")
    pages, latest, history = Pages(routes), Latest(service, clock), LatestHistory(service, clock)
    shared = {"digest": DIGEST, "version": version, "rule": rule}
    add_files(routes)
    add_error_pages(routes, version)
    add_controls(routes, controls)
    add_home(routes)

    @pages.instead_of("board.home")
    def page() -> Response:
        """Show the board as it is at this moment."""
        reading = latest.reading()
        now = reading.now(clock)
        tables = history.tables_if_any()
        html = rendered("board/board.html", board=reading.board, now=now, tables=tables, **shared)
        return as_page(compressed(conditional(entity_tag(html), None, lambda: Response(html, mimetype=HTML))))

    add_part(routes, latest, clock, rule)
    add_plot(routes, history)
    add_listing(routes, pages, service, clock, version)
    add_ingestion(routes, pages, service, clock, shared)
    add_submission(routes, most_ids, shared)
    return routes


def add_home(routes: Blueprint) -> None:
    """Add the addresses of the API."""

    @routes.get("/")
    def home() -> Response:
        """Return the addresses of the API."""
        return conditional_json(Links(links={name: own_url(path) for name, path in _PATHS.items()}), None)


def add_part(routes: Blueprint, latest: Latest, clock: Clock, rule: str) -> None:
    """Add the part of the page that changes."""
    parts = LastPart(rule)

    @routes.get("/board")
    def part() -> Response:
        """Return what the board shows; times are absolute, so that it changes only when something has changed."""
        reading = latest.reading()
        found = parts.of(reading.board)
        response = conditional(found.tag, POLL, lambda: Response(found.html, mimetype=HTML))
        response.headers[SERVER_TIME] = rfc3339(reading.now(clock))
        return as_page(compressed(response, found.packed))
