"""The page of all ingestions: those that fit a filter, the newest first, a page at a time."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.domain.model import Status
from ingest_service.ports.records import ListFilter
from ingest_service.service import Service
from ingest_service.web.board.files import DIGEST
from ingest_service.web.board.listing.finding import add_finding
from ingest_service.web.board.listing.readings import Readings
from ingest_service.web.board.listing.view import Listing
from ingest_service.web.board.pages import SERVER_TIME, Pages, as_page, rendered
from ingest_service.web.http.compression import compressed
from ingest_service.web.http.conditional import conditional, entity_tag
from ingest_service.web.http.errors import InvalidInput
from ingest_service.web.http.fields import PRIORITIES
from ingest_service.web.http.responses import HTML, own_url, see
from ingest_service.web.http.times import rfc3339
from ingest_service.web.ingestions.requests import FEWEST_DIGITS, ListPage

POLL = 2 * NANOSECONDS
ROWS = 50
CURSORS = ("after", "before")


def add_listing(routes: Blueprint, pages: Pages, service: Service, clock: Clock, version: str) -> None:
    """Add the page of all ingestions, the part of it that changes, and the way to one of them."""
    readings = Readings(service, clock)

    @pages.instead_of("ingestions.listing")
    def page() -> Response:
        """Show a page of ingestions, or what is wrong with the question."""
        if "" in request.args.values():
            return as_page(_without_blanks())
        try:
            reading = readings.of(_wanted())
        except InvalidInput as error:
            html = rendered("board/listing.html", **_asked(), listing=None, errors=error.details, version=version)
            return _page(html, 400)
        now = reading.now(clock)
        return _page(rendered("board/listing.html", **_found(reading.listing), now=now, version=version), 200)

    @routes.get("/board/ingestions")
    def listing_part() -> Response:
        """Return what the page shows; times are absolute, so that it changes only when something has changed."""
        reading = readings.of(_wanted())
        listing = reading.listing
        tag = entity_tag(f"{DIGEST} {request.script_root} {request.query_string!r} {listing}")
        response = conditional(tag, POLL, lambda: Response(_part(listing), mimetype=HTML))
        response.headers[SERVER_TIME] = rfc3339(reading.now(clock))
        return as_page(compressed(response))

    add_finding(routes, service)


def _wanted() -> ListFilter:
    """Read the question. Raises InvalidInput."""
    asked = ListPage.parse(request.args)
    wanted = asked.wanted()
    return wanted if "limit" in asked.model_fields_set else replace(wanted, limit=ROWS)


def _without_blanks() -> Response:
    """Lead to the same page, at an address without what a form leaves empty."""
    filled = [(name, value) for name, value in request.args.items(multi=True) if value]
    return see("?".join(filter(None, (own_url(request.path), urlencode(filled)))))


def _page(html: str, status: int) -> Response:
    response = as_page(compressed(Response(html, status, mimetype=HTML)))
    response.headers["Cache-Control"] = "no-cache"
    return response


def _part(listing: Listing) -> str:
    return rendered("board/listing_part.html", **_found(listing), now=None)


def _found(listing: Listing) -> Mapping[str, object]:
    """Return the values of the templates for a question that was answered: it has only names that are known."""
    asked = request.args.to_dict()
    filters = {name: value for name, value in asked.items() if name not in CURSORS}
    return {**_asked(), "kind": listing.kind, "listing": listing, "errors": {}, "filters": filters}


def _asked() -> Mapping[str, object]:
    """Return the values of the templates for every question."""
    return {
        "kind": "good",
        "asked": request.args.to_dict(),
        "statuses": list(Status),
        "priorities": PRIORITIES,
        "fewest_digits": FEWEST_DIGITS,
        "digest": DIGEST,
    }
