"""How the service is, and what it can do."""

from ingest_service.web.http.problem import JSON
from ingest_service.web.openapi.answers import IF_NONE_MATCH
from ingest_service.web.openapi.operation import Answer, Content, Operation, failure, json_of
from ingest_service.web.service.models import Health, Ready

UNHEALTHY = failure(
    503,
    "The dispatcher or the store does not run.",
    dispatcher={
        "error": "Not healthy",
        "details": {"dispatcher": ["the dispatcher does not run; the log says why"]},
    },
)
NOT_READY = failure(
    503,
    "The store cannot be read or written, or the dispatcher waits for it or does not run.",
    dispatcher={
        "error": "Not ready",
        "details": {"dispatcher": ["the dispatcher does not run; the log says why"]},
    },
)
UNCHANGED = Answer(304, "It is as the client has it.", headers=("ETag",))
METRICS = (
    Content("text/plain"),
    Content("application/openmetrics-text"),
)

SERVICE = (
    Operation(
        "GET /health",
        "health",
        "See whether the service runs",
        description="Touches no database.",
        answers=(
            Answer(200, "It runs.", json_of(Health, ok={"status": "ok", "version": "0.1.0"})),
            UNHEALTHY,
        ),
    ),
    Operation(
        "GET /ready",
        "ready",
        "See whether the service can do its work now",
        answers=(Answer(200, "It can.", json_of(Ready, ready={"status": "ready"})), NOT_READY),
    ),
    Operation(
        "GET /metrics",
        "metrics",
        "Take the measurements, for Prometheus",
        answers=(Answer(200, "All that is counted and measured.", METRICS),),
    ),
    Operation(
        "GET /openapi.json",
        "openapi",
        "Read this description",
        parameters=(IF_NONE_MATCH,),
        answers=(Answer(200, "An OpenAPI 3.1 document.", (Content(JSON),), ("ETag",)), UNCHANGED),
    ),
    Operation(
        "GET /docs",
        "docs",
        "Read this description as a page, and try it out",
        parameters=(IF_NONE_MATCH,),
        answers=(Answer(200, "A page.", (Content("text/html"),), ("ETag",)), UNCHANGED),
    ),
)
