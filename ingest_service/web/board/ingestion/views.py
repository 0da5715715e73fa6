"""The page of an ingestion, and the part of it that changes."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.service import Service
from ingest_service.web.board.files import DIGEST
from ingest_service.web.board.ingestion.readings import Readings
from ingest_service.web.board.ingestion.view import IngestionView
from ingest_service.web.board.pages import SERVER_TIME, Pages, as_page, rendered
from ingest_service.web.http.conditional import conditional, entity_tag
from ingest_service.web.http.parameters import parse_ingestion_id
from ingest_service.web.http.responses import HTML
from ingest_service.web.http.times import rfc3339

POLL = NANOSECONDS


def add_ingestion(
    routes: Blueprint, pages: Pages, service: Service, clock: Clock, shared: Mapping[str, str]
) -> None:
    """Add the page, which stands in for `GET /ingestions/<id>`; `shared` are the values of all pages."""
    readings = Readings(service, clock)

    @pages.instead_of("ingestions.ingestion")
    def ingestion(ingestion_id: str) -> Response:
        """Show an ingestion as it is at this moment."""
        reading = readings.of(parse_ingestion_id(ingestion_id)).reading()
        html = rendered("board/ingestion.html", view=reading.view, now=reading.now(clock), **shared)
        return as_page(conditional(entity_tag(html), None, lambda: Response(html, mimetype=HTML)))

    @routes.get("/board/ingestions/<ingestion_id>")
    def ingestion_part(ingestion_id: str) -> Response:
        """Return what the page shows; without Retry-After once it never changes again."""
        watched = readings.of(parse_ingestion_id(ingestion_id))
        reading, found = watched.part(request.script_root, _part)
        again = None if reading.view.ended else POLL
        response = conditional(found.tag, again, lambda: Response(found.html, mimetype=HTML))
        response.headers[SERVER_TIME] = rfc3339(reading.now(clock))
        return as_page(response)


def _part(view: IngestionView) -> str:
    return rendered("board/ingestion_part.html", view=view, now=None, digest=DIGEST)
