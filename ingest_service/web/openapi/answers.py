"""Parameters and answers that many operations share."""

from pydantic import BaseModel

from ingest_service.errors import IngestionNotFound, StoreError
from ingest_service.web.http.bodies import RequestBody
from ingest_service.web.http.errors import (
    InvalidInput,
    ingestion_not_found,
    invalid_input,
    store_error,
)
from ingest_service.web.http.parameters import Query
from ingest_service.web.http.problem import Error
from ingest_service.web.openapi.examples import ONE
from ingest_service.web.openapi.operation import Answer, Parameter, failure, json_of

ID = Parameter("ingestion_id", "path", "The ingestion.", {"type": "string", "format": "uuid"})
IF_NONE_MATCH = Parameter(
    "If-None-Match", "header", "The ETag of what the client has already.", {"type": "string"}
)

NOT_FOUND = failure(404, "No ingestion has this id.", unknown=ingestion_not_found(IngestionNotFound(ONE)))
TOO_LARGE = failure(
    413,
    "The body is too large.",
    # Of the server, which refuses a body while it arrives.
    body=Error(error="Request entity too large", details={"request": ["exceeds max_body of 24065536"]}),
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


def polled(description: str, **examples: BaseModel) -> tuple[Answer, Answer]:
    """Return the answers of an operation that clients poll."""
    headers = ("ETag", "Retry-After")
    return ok(description, *headers, **examples), Answer(304, UNCHANGED, headers=headers)
