"""The operations on one ingestion, in full: its results, and its failed ids again."""

from flask import Blueprint, Response, request

from ingest_service.service import Service
from ingest_service.web.parameters import parse_ingestion_id, parse_page
from ingest_service.web.results import results_lines, results_page
from ingest_service.web.routes import accepted
from ingest_service.web.submission import parse_retry

JSON = "application/json"
LINES = "application/x-ndjson"


def ingestions(service: Service) -> Blueprint:
    """Return the operations below /ingestions."""
    routes = Blueprint("ingestions", __name__, url_prefix="/ingestions/<ingestion_id>")

    @routes.get("/results")
    def results(ingestion_id: str) -> Response:
        """Return what came of the ids: a page of JSON, or all of them as lines for whoever accepts lines."""
        found = service.progress(parse_ingestion_id(ingestion_id)).ingestion.id
        page = parse_page(request.args)
        if request.accept_mimetypes.best_match([JSON, LINES]) == LINES:
            return Response(results_lines(service, found, page.after), mimetype=LINES)
        return Response(results_page(service, found, page.after, page.limit), mimetype=JSON)

    @routes.post("/retry")
    def retry(ingestion_id: str) -> Response:
        """Accept the failed ids again, as a new ingestion."""
        priority = parse_retry(request.get_data(cache=False))
        return accepted(service.retry(parse_ingestion_id(ingestion_id), priority))

    return routes
