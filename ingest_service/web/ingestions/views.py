"""The operations on ingestions: all of them, one in full, its batches, its results, and what is changed of it."""

from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from ingest_service.service import Service
from ingest_service.web.http.conditional import polled_json
from ingest_service.web.http.parameters import parse_ingestion_id, parse_listing, parse_page
from ingest_service.web.ingest.bodies import parse_change, parse_retry
from ingest_service.web.ingest.views import submitted
from ingest_service.web.ingestions.batches import batches_body
from ingest_service.web.ingestions.ingestion import ingestion_body
from ingest_service.web.ingestions.listing import listing_body
from ingest_service.web.ingestions.results import results_lines, results_page

JSON = "application/json"
LINES = "application/x-ndjson"


def ingestions(service: Service) -> Blueprint:
    """Return the operations below /ingestions."""
    routes = Blueprint("ingestions", __name__, url_prefix="/ingestions")
    add_listing(routes, service)
    add_reading(routes, service)
    add_changes(routes, service)
    add_outcomes(routes, service)
    return routes


def add_listing(routes: Blueprint, service: Service) -> None:
    """Add the operation on all ingestions."""

    @routes.get("")
    def listing() -> Response:
        """Tell which ingestions there are, the newest first."""
        body = listing_body(service.reports.ingestions(parse_listing(request.args).wanted()))
        response = jsonify(body)
        if body["next_after"] is not None:
            query = urlencode({**request.args.to_dict(), "after": body["next_after"]})
            response.headers["Link"] = f'<{request.path}?{query}>; rel="next"'
        return response


def add_reading(routes: Blueprint, service: Service) -> None:
    """Add the operations that tell of one ingestion."""

    @routes.get("/<ingestion_id>")
    def ingestion(ingestion_id: str) -> Response:
        """Tell all about an ingestion but its batches: how far it has come, when it goes on, and why then."""
        report = service.reports.ingestion(parse_ingestion_id(ingestion_id))
        return polled_json(ingestion_body(report), report.changes_in)

    @routes.get("/<ingestion_id>/batches")
    def batches(ingestion_id: str) -> Response:
        """Tell when batches ran, or will run."""
        found, page = parse_ingestion_id(ingestion_id), parse_page(request.args)
        report = service.reports.batches(found, page.after, page.limit)
        return polled_json(batches_body(report), report.changes_in)


def add_changes(routes: Blueprint, service: Service) -> None:
    """Add the operations that change an ingestion."""

    @routes.delete("/<ingestion_id>")
    def cancel(ingestion_id: str) -> Response:
        """Release no more of it; what runs is finished."""
        return jsonify(ingestion_body(service.cancel(parse_ingestion_id(ingestion_id))))

    @routes.patch("/<ingestion_id>")
    def reprioritise(ingestion_id: str) -> Response:
        """Give it another priority; it keeps its created time."""
        priority = parse_change(request.get_data(cache=False))
        return jsonify(ingestion_body(service.reprioritise(parse_ingestion_id(ingestion_id), priority)))


def add_outcomes(routes: Blueprint, service: Service) -> None:
    """Add the operations on what came of the ids."""

    @routes.get("/<ingestion_id>/results")
    def results(ingestion_id: str) -> Response:
        """Return what came of the ids: a page of JSON, or all of them as lines for whoever accepts lines."""
        found, page = parse_ingestion_id(ingestion_id), parse_page(request.args)
        if request.accept_mimetypes.best_match([JSON, LINES]) == LINES:
            answer = Response(results_lines(service.reports, found, page.after), mimetype=LINES)
        else:
            answer = Response(results_page(service.reports.results(found, page.after, page.limit)), mimetype=JSON)
        answer.vary.add("Accept")
        return answer

    @routes.post("/<ingestion_id>/retry")
    def retry(ingestion_id: str) -> Response:
        """Accept the failed ids again, as a new ingestion."""
        priority = parse_retry(request.get_data(cache=False))
        return submitted(service.retry(parse_ingestion_id(ingestion_id), priority))
