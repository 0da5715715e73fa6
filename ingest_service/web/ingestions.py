"""The operations on one ingestion: itself in full, its batches, its results, and its failed ids again."""

from flask import Blueprint, Response, request

from ingest_service.service import Service
from ingest_service.web.batches import batches_body
from ingest_service.web.ingestion import ingestion_body
from ingest_service.web.parameters import parse_ingestion_id, parse_page
from ingest_service.web.polling import polled_json
from ingest_service.web.results import results_lines, results_page
from ingest_service.web.routes import submitted
from ingest_service.web.submission import parse_retry

JSON = "application/json"
LINES = "application/x-ndjson"


def ingestions(service: Service) -> Blueprint:
    """Return the operations below /ingestions."""
    routes = Blueprint("ingestions", __name__, url_prefix="/ingestions/<ingestion_id>")

    @routes.get("")
    def ingestion(ingestion_id: str) -> Response:
        """Tell all about an ingestion but its batches: how far it has come, when it goes on, and why then."""
        progress = service.progress(parse_ingestion_id(ingestion_id))
        body = ingestion_body(progress, service.account(progress), service.prospect(progress))
        return polled_json(body, service.changes_in(progress))

    @routes.get("/batches")
    def batches(ingestion_id: str) -> Response:
        """Tell when batches ran, or will run."""
        progress = service.progress(parse_ingestion_id(ingestion_id))
        numbers = parse_page(request.args).of(progress.ingestion.batch_count)
        accounts = service.batch_accounts(progress, numbers)
        body = batches_body(progress, numbers, accounts, service.prospect(progress))
        return polled_json(body, service.changes_in(progress))

    add_outcomes(routes, service)
    return routes


def add_outcomes(routes: Blueprint, service: Service) -> None:
    """Add the operations on what came of the ids."""

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
        return submitted(service.retry(parse_ingestion_id(ingestion_id), priority))
