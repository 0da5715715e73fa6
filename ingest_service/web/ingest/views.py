"""The operations to submit ids, and to see the status of every batch."""

from uuid import UUID

from flask import Blueprint, Response, request

from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.service import Service
from ingest_service.web.http.access_log import tell_submitted
from ingest_service.web.http.bodies import read_body
from ingest_service.web.http.conditional import conditional
from ingest_service.web.http.parameters import parse_ingestion_id
from ingest_service.web.http.responses import JSON, json_response, own_url
from ingest_service.web.ingest.models import Accepted, DryRun
from ingest_service.web.ingest.requests import DryRunQuery, parse_key
from ingest_service.web.ingest.status import BATCHES_IN_PIECE, status_body, status_tag
from ingest_service.web.ingest.submission import parse_submission


def ingest(service: Service, max_ids: int) -> Blueprint:
    """Return the operations on a service; a submission may have at most `max_ids` ids."""
    routes = Blueprint("ingest", __name__)

    @routes.post("/ingest")
    def submit() -> Response:
        """Accept ids, and answer after they are durable; or, in a dry run, only say what would happen."""
        query, key = DryRunQuery.parse(request.args), parse_key(request.headers)
        submission = parse_submission(read_body(), max_ids)
        ids, priority = submission.ids, submission.priority
        if query.dry_run == "true":
            return json_response(DryRun.of(service.dry_run(ids, priority)))
        ingestion_id = service.submit(ids, priority, submission.deadline, key)
        tell_submitted(ingestion_id, len(ids), priority)
        return submitted(ingestion_id)

    @routes.get("/status/<ingestion_id>")
    def status(ingestion_id: str) -> Response:
        """Return every batch of an ingestion."""
        reports = service.reports
        report = reports.status(parse_ingestion_id(ingestion_id))
        progress = report.progress

        def answer() -> Response:
            return _status(progress, reports.ids(progress) if report.ids is None else report.ids)

        return conditional(status_tag(progress), report.changes_in, answer)

    return routes


def _status(progress: Progress, ids: PackedIds) -> Response:
    """Return a status; a short one is put together, so that it is sent whole and with its length."""
    body = status_body(progress, ids)
    few = progress.ingestion.batch_count <= BATCHES_IN_PIECE
    return Response("".join(body) if few else body, mimetype=JSON)


def submitted(ingestion_id: UUID) -> Response:
    """Return the answer to an accepted submission."""
    response = json_response(Accepted(ingestion_id=ingestion_id))
    response.headers["Location"] = own_url(f"/status/{ingestion_id}")
    return response
