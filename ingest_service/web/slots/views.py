"""The operations on slots and on the dispatcher."""

from flask import Blueprint, Response, request

from ingest_service.service import Service
from ingest_service.web.http.parameters import NoQuery
from ingest_service.web.http.responses import json_response
from ingest_service.web.slots.models import Dispatcher, PastSlots, Schedule
from ingest_service.web.slots.requests import LedgerPage, ScheduleQuery


def slots(service: Service) -> Blueprint:
    """Return the operations on the slots and the dispatcher of a service."""
    routes = Blueprint("slots", __name__)
    add_slots(routes, service)
    add_dispatcher(routes, service)
    return routes


def add_slots(routes: Blueprint, service: Service) -> None:
    """Add the operations that read slots."""

    @routes.get("/schedule")
    def schedule() -> Response:
        """Return the slots to come."""
        query = ScheduleQuery.parse(request.args)
        return json_response(Schedule.of(service.reports.schedule(query.slots)))

    @routes.get("/slots")
    def ledger() -> Response:
        """Return the slots that were opened, the latest first."""
        page = LedgerPage.parse(request.args)
        return json_response(PastSlots.of(service.reports.slots(page.before, page.limit)))


def add_dispatcher(routes: Blueprint, service: Service) -> None:
    """Add the operations on the dispatcher."""

    @routes.get("/dispatcher")
    def state() -> Response:
        """Return the state of the dispatcher, the time of the next slot, and the backlog."""
        return json_response(Dispatcher.of(service.reports.dispatcher()))

    @routes.post("/dispatcher/pause")
    def pause() -> Response:
        """Open no slot until resumed; calls in flight finish."""
        NoQuery.parse(request.args)
        service.pause()
        return json_response(Dispatcher.of(service.reports.dispatcher()))

    @routes.post("/dispatcher/resume")
    def resume() -> Response:
        """Open slots again."""
        NoQuery.parse(request.args)
        service.resume()
        return json_response(Dispatcher.of(service.reports.dispatcher()))
