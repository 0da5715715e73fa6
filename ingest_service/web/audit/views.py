"""The operation that audits."""

from typing import ClassVar

from flask import Blueprint, Response, request
from pydantic import Field

from ingest_service.service import Service
from ingest_service.web.audit.models import Audit
from ingest_service.web.http.conditional import conditional_json
from ingest_service.web.http.parameters import Query


class AuditQuery(Query):
    """A hash of a former audit that the chain must still have."""

    allowed: ClassVar = {"noted": "must be a hash that an audit showed: 64 hexadecimal digits"}

    noted: str | None = Field(None, pattern="^[0-9a-f]{64}$")


def audit(service: Service) -> Blueprint:
    """Return the operation that audits the ledger of a service."""
    routes = Blueprint("audit", __name__)

    @routes.get("/audit")
    def read() -> Response:
        """Judge the whole ledger."""
        noted = AuditQuery.parse(request.args).noted
        report = service.audit.read(None if noted is None else bytes.fromhex(noted), service.give_way)
        return conditional_json(Audit.of(report), service.opens_in())

    return routes
