"""The way to an ingestion by the begin of its id, from the field on every page."""

from uuid import UUID

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict

from ingest_service.service import Service
from ingest_service.web.board.pages import as_page
from ingest_service.web.http.errors import InvalidInput
from ingest_service.web.http.responses import see
from ingest_service.web.ingestions.requests import ListPage


def add_finding(routes: Blueprint, service: Service) -> None:
    """Add the way to an ingestion."""

    @routes.get("/board/find")
    def find() -> Response:
        """Go to the only ingestion whose id begins like this, else to the list of those that do."""
        begin = request.args.get("ingestion_id", "").strip()
        only = _only(service, begin)
        if only is None:
            return as_page(see(url_for("ingestions.listing", ingestion_id=begin or None)))
        return as_page(see(url_for("ingestions.ingestion", ingestion_id=only)))


def _only(service: Service, begin: str) -> UUID | None:
    """Return the only ingestion whose id begins like this, None if there is none or another one."""
    try:
        wanted = ListPage.parse(MultiDict({"ingestion_id": begin, "limit": "2"})).wanted()
    except InvalidInput:
        return None
    found = service.reports.ingestions(wanted).ingestions
    return found[0].progress.ingestion.id if len(found) == 1 else None
