"""The operations on the dispatcher: how it is, pause and resume."""

from typing import Any

from flask import Blueprint, Response, jsonify

from ingest_service.reports import DispatcherReport
from ingest_service.service import Service
from ingest_service.web.http.times import rfc3339


def dispatcher(service: Service) -> Blueprint:
    """Return the operations on the dispatcher of this service."""
    routes = Blueprint("dispatcher", __name__, url_prefix="/dispatcher")

    @routes.get("")
    def state() -> Response:
        """Tell whether slots open, when the next one does, and how much waits."""
        return jsonify(_state(service.reports.dispatcher()))

    @routes.post("/pause")
    def pause() -> Response:
        """Open no slot until somebody resumes; calls in flight finish."""
        service.pause()
        return jsonify(_state(service.reports.dispatcher()))

    @routes.post("/resume")
    def resume() -> Response:
        """Open slots again."""
        service.resume()
        return jsonify(_state(service.reports.dispatcher()))

    return routes


def _state(report: DispatcherReport) -> dict[str, Any]:
    return {
        "state": "running" if report.paused_at is None else "paused",
        "paused_at": rfc3339(report.paused_at),
        "upstream_paused_until": rfc3339(report.upstream_paused_until),
        "probing": report.probing,
        "next_slot_at": rfc3339(report.next_slot_at),
        "backlog": {
            priority.name: {"ingestions": depth.ingestions, "batches": depth.batches, "ids": depth.ids}
            for priority, depth in report.backlog.items()
        },
    }
