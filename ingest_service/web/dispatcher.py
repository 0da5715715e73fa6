"""The operations on the dispatcher: how it is, pause and resume."""

from typing import Any

from flask import Blueprint, Response, jsonify

from ingest_service.backlog.queue_depth import depth_by_priority
from ingest_service.service import Service
from ingest_service.web.times import rfc3339


def dispatcher(service: Service) -> Blueprint:
    """Return the operations on the dispatcher of this service."""
    routes = Blueprint("dispatcher", __name__, url_prefix="/dispatcher")

    @routes.get("")
    def state() -> Response:
        """Tell whether slots open, when the next one does, and how much waits."""
        return jsonify(_state(service))

    @routes.post("/pause")
    def pause() -> Response:
        """Open no slot until somebody resumes; calls in flight finish."""
        service.pause()
        return jsonify(_state(service))

    @routes.post("/resume")
    def resume() -> Response:
        """Open slots again."""
        service.resume()
        return jsonify(_state(service))

    return routes


def _state(service: Service) -> dict[str, Any]:
    snapshot = service.snapshot()
    loads = depth_by_priority(snapshot.backlog.entries())
    upcoming = next(snapshot.slots(), None)
    return {
        "state": "running" if snapshot.paused_at is None else "paused",
        "paused_at": rfc3339(snapshot.paused_at),
        "upstream_paused_until": rfc3339(snapshot.upstream_paused_until),
        "probing": snapshot.probing,
        "next_slot_at": rfc3339(snapshot.at(upcoming.opens)) if upcoming else None,
        "backlog": {
            priority.name: {"ingestions": load.ingestions, "batches": load.batches, "ids": load.ids}
            for priority, load in loads.items()
        },
    }
