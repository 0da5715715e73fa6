"""The operations on slots: those to come, and those that were."""

from flask import Blueprint, Response, jsonify, request

from ingest_service.reports import Reports
from ingest_service.web.http.parameters import parse_ledger_page, parse_slots
from ingest_service.web.slots.history import slots_body
from ingest_service.web.slots.schedule import schedule_body


def slots(reports: Reports) -> Blueprint:
    """Return the operations on the slots of a service."""
    routes = Blueprint("slots", __name__)

    @routes.get("/schedule")
    def schedule() -> Response:
        """Tell the slots to come."""
        return jsonify(schedule_body(reports.schedule(parse_slots(request.args))))

    @routes.get("/slots")
    def ledger() -> Response:
        """Tell the slots that were opened, the latest first."""
        page = parse_ledger_page(request.args)
        return jsonify(slots_body(reports.slots(page.before, page.limit)))

    return routes
