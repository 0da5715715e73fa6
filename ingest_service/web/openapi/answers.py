"""Parameters and answers that many operations share."""

from pydantic import BaseModel

from ingest_service.errors import IngestionNotFound, StoreError
from ingest_service.web.http.bodies import RequestBody
from ingest_service.web.http.errors import (
    ChangedMeanwhile,
    ForeignOrigin,
    InvalidInput,
    UnsupportedEncoding,
    changed_meanwhile,
    foreign_origin,
    ingestion_not_found,
    invalid_input,
    store_error,
    unsupported_encoding,
)
from ingest_service.web.http.names import unknown
from ingest_service.web.http.parameters import Query
from ingest_service.web.http.problem import Error
from ingest_service.web.openapi.examples import ONE
from ingest_service.web.openapi.operation import Answer, Content, Parameter, failure, json_of

ID = Parameter("ingestion_id", "path", "The ingestion.", {"type": "string", "format": "uuid"})
IF_NONE_MATCH = Parameter(
    "If-None-Match", "header", "The ETag of what the client has already.", {"type": "string"}
)

IF_MATCH = Parameter(
    "If-Match",
    "header",
    "The ETag of `GET /ingestions/{ingestion_id}`: change it only if it is still like that.",
    {"type": "string"},
)

NOT_FOUND = failure(404, "No ingestion has this id.", unknown=ingestion_not_found(IngestionNotFound(ONE)))
TOO_LARGE = failure(
    413,
    "The body is too large.",
    # Of the server, which refuses a body while it arrives.
    body=Error(error="Request entity too large", details={"request": ["exceeds max_body of 24065536"]}),
)
FOREIGN = failure(
    403,
    "A web page of another origin asks for it.",
    origin=foreign_origin(ForeignOrigin("https://other.example.com")),
)
CHANGED = failure(412, "It is not as `If-Match` says any more.", changed=changed_meanwhile(ChangedMeanwhile()))
ENCODED = failure(415, "The body is compressed.", gzip=unsupported_encoding(UnsupportedEncoding("gzip")))
UNKNOWN_PARAMETER = failure(
    400,
    "There are no parameters.",
    unknown=invalid_input(InvalidInput({"dry_run": [unknown("dry_run", ())]})),
)
STORAGE = store_error(StoreError("the database could not be written: database or disk is full"))
UNAVAILABLE = failure(503, "The store cannot do what it must.", storage=STORAGE)
UNCHANGED = "It is as the client has it."


def ok(description: str, *headers: str, **examples: BaseModel) -> Answer:
    """Return the answer of success: JSON that fits the models of its examples."""
    return Answer(200, description, (json_of(**examples),), headers)


def wrong(description: str, kind: type[Query] | type[RequestBody], field: str) -> Answer:
    """Return the answer to a query or a body in which this field is wrong."""
    return failure(400, description, **{field: invalid_input(InvalidInput({field: [kind.allowed[field]]}))})


def polled(description: str, *others: Content, **examples: BaseModel) -> tuple[Answer, Answer]:
    """Return the answers of an operation that clients poll: JSON, or other content."""
    headers = ("ETag", "Retry-After")
    found = Answer(200, description, (json_of(**examples), *others), headers)
    return found, Answer(304, UNCHANGED, headers=headers)
