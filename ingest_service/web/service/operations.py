"""Operations on the service itself."""

from ingest_service.web.http.problem import Error
from ingest_service.web.http.responses import JSON
from ingest_service.web.openapi.answers import IF_NONE_MATCH, UNCHANGED, ok
from ingest_service.web.openapi.operation import Answer, Content, Operation, failure
from ingest_service.web.service.models import Health, Ready

STOPPED = {"dispatcher": ["the dispatcher does not run; the log says why"]}
UNHEALTHY = failure(
    503, "The dispatcher or the store does not run.", dispatcher=Error(error="Not healthy", details=STOPPED)
)
NOT_READY = failure(
    503,
    "The store cannot be read or written, or the dispatcher waits for it or does not run.",
    dispatcher=Error(error="Not ready", details=STOPPED),
)
NOT_MODIFIED = Answer(304, UNCHANGED, headers=("ETag",))
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
            ok("It runs.", ok=Health(status="ok", version="0.1.0")),
            UNHEALTHY,
        ),
    ),
    Operation(
        "GET /ready",
        "ready",
        "See whether the service is ready",
        answers=(ok("It is ready.", ready=Ready(status="ready")), NOT_READY),
    ),
    Operation(
        "GET /metrics",
        "metrics",
        "Take the metrics, for Prometheus",
        answers=(Answer(200, "All metrics.", METRICS),),
    ),
    Operation(
        "GET /openapi.json",
        "openapi",
        "Read this description",
        parameters=(IF_NONE_MATCH,),
        answers=(Answer(200, "An OpenAPI 3.1 document.", (Content(JSON),), ("ETag",)), NOT_MODIFIED),
    ),
    Operation(
        "GET /docs",
        "docs",
        "Read this description as a page, and try it out",
        parameters=(IF_NONE_MATCH,),
        answers=(Answer(200, "A page.", (Content("text/html"),), ("ETag",)), NOT_MODIFIED),
    ),
)
