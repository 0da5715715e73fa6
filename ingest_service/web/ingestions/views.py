"""The operations on ingestions: all of them, one in full, its batches, its results, and its changes."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from ingest_service.reports.models import IngestionReport
from ingest_service.service import Service
from ingest_service.web.http.bodies import SMALL_BYTES, read_body
from ingest_service.web.http.conditional import conditional_json, entity_tag, require_match
from ingest_service.web.http.cursor import cursor_of
from ingest_service.web.http.parameters import NoQuery, Page, parse_ingestion_id
from ingest_service.web.http.responses import JSON, json_response, own_url
from ingest_service.web.ingest.requests import parse_key
from ingest_service.web.ingest.views import submitted
from ingest_service.web.ingestions.batches import Batches
from ingest_service.web.ingestions.models import Ingestion, Ingestions
from ingest_service.web.ingestions.requests import ChangeBody, ListPage, ResultsPage, RetryBody
from ingest_service.web.ingestions.results import LINES, TABLE, results_lines, results_page, results_table

# The formats that have all results, with their media types.
_WHOLE = {"ndjson": (LINES, results_lines), "csv": (TABLE, results_table)}


def ingestions(service: Service) -> Blueprint:
    """Return the operations below /ingestions."""
    routes = Blueprint("ingestions", __name__, url_prefix="/ingestions")
    add_list(routes, service)
    add_reading(routes, service)
    add_changes(routes, service)
    add_results(routes, service)
    return routes


def add_list(routes: Blueprint, service: Service) -> None:
    """Add the operation on all ingestions."""

    @routes.get("")
    def listing() -> Response:
        """Return a page of ingestions, the newest first."""
        report = service.reports.ingestions(ListPage.parse(request.args).wanted())
        response = json_response(Ingestions.of(report))
        links = [_link("next", "after", report.next_before), _link("prev", "before", report.previous_above)]
        if any(links):
            response.headers["Link"] = ", ".join(filter(None, links))
        return response


def add_reading(routes: Blueprint, service: Service) -> None:
    """Add the operations that read one ingestion."""

    @routes.get("/<ingestion_id>")
    def ingestion(ingestion_id: str) -> Response:
        """Return an ingestion without its batches: how far it is, when it goes on, and why then."""
        report = service.reports.ingestion(parse_ingestion_id(ingestion_id))
        return conditional_json(Ingestion.of(report), report.changes_in)

    @routes.get("/<ingestion_id>/batches")
    def batches(ingestion_id: str) -> Response:
        """Return when batches ran, or will run."""
        found, page = parse_ingestion_id(ingestion_id), Page.parse(request.args)
        report = service.reports.batches(found, page.after, page.limit)
        return conditional_json(Batches.of(report), report.changes_in)


def add_changes(routes: Blueprint, service: Service) -> None:
    """Add the operations that change an ingestion."""

    @routes.delete("/<ingestion_id>")
    def cancel(ingestion_id: str) -> Response:
        """Release no more of it; calls in flight finish."""
        NoQuery.parse(request.args)
        found = parse_ingestion_id(ingestion_id)
        require_match(lambda: tag_of(service.reports.ingestion(found)))
        return json_response(Ingestion.of(service.cancel(found)))

    @routes.patch("/<ingestion_id>")
    def reprioritise(ingestion_id: str) -> Response:
        """Give it another priority; it keeps its created time."""
        NoQuery.parse(request.args)
        change = ChangeBody.parse(read_body(SMALL_BYTES))
        found = parse_ingestion_id(ingestion_id)
        require_match(lambda: tag_of(service.reports.ingestion(found)))
        return json_response(Ingestion.of(service.reprioritise(found, change.priority)))


def add_results(routes: Blueprint, service: Service) -> None:
    """Add the operations on results and failed ids."""

    @routes.get("/<ingestion_id>/results")
    def results(ingestion_id: str) -> Response:
        """Return a page of results as JSON, or all of them in the format that the client wants."""
        found, page = parse_ingestion_id(ingestion_id), ResultsPage.parse(request.args)
        wanted = page.format or _accepted()
        if wanted == "json":
            text = results_page(service.reports.results(found, page.after, page.limit))
            answer = Response(text, mimetype=JSON)
        else:
            media_type, write = _WHOLE[wanted]
            # Passed on as they are: a copy would stay in memory as long as the reader takes.
            answer = Response(
                write(service.reports, found, page.after), mimetype=media_type, direct_passthrough=True
            )
            answer.headers["Content-Disposition"] = f'attachment; filename="results-{found}.{wanted}"'
        answer.vary.add("Accept")
        return answer

    @routes.post("/<ingestion_id>/retry")
    def retry(ingestion_id: str) -> Response:
        """Accept the failed ids again, as a new ingestion."""
        NoQuery.parse(request.args)
        key, body = parse_key(request.headers), read_body(SMALL_BYTES)
        priority = RetryBody.parse(body).priority if body else None
        return submitted(service.retry(parse_ingestion_id(ingestion_id), priority, key))


def _accepted() -> str:
    """Return the format of results that the client accepts best, JSON if none."""
    formats = {JSON: "json"} | {media_type: name for name, (media_type, _) in _WHOLE.items()}
    return formats[request.accept_mimetypes.best_match(formats, JSON)]


def _link(relation: str, cursor: str, sequence: int | None) -> str | None:
    """Return the link to a neighbouring page of this list, None if there is none."""
    if sequence is None:
        return None
    query = {name: value for name, value in request.args.items() if name not in ("after", "before")}
    return f'<{own_url(request.path)}?{urlencode({**query, cursor: cursor_of(sequence)})}>; rel="{relation}"'


def tag_of(report: IngestionReport) -> str:
    """Return the entity tag of an ingestion in full."""
    return entity_tag(Ingestion.of(report).to_json())
