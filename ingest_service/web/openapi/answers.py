"""What many operations share."""

from typing import Any

from ingest_service.web.openapi.operation import Answer, Parameter, failure, json_of
from ingest_service.web.openapi.schemas import Model

ID = Parameter("ingestion_id", "path", "The ingestion.", {"type": "string", "format": "uuid"})
IF_NONE_MATCH = Parameter(
    "If-None-Match", "header", "The ETag of what the client has already.", {"type": "string"}
)

NOT_FOUND = failure(404, "No ingestion has this id.", unknown={"error": "Ingestion ID not found"})
TOO_LARGE = failure(
    413,
    "The body is too large.",
    body={"error": "Request entity too large", "details": {"request": ["exceeds max_body of 24065536"]}},
)
STORAGE = {
    "error": "Storage unavailable",
    "details": {"store": ["the database could not be written: database or disk is full"]},
}
UNAVAILABLE = failure(503, "The store cannot do what it must.", storage=STORAGE)


def wrong(description: str, field: str, sentence: str) -> Answer:
    """Return the answer to what is not allowed."""
    return failure(400, description, **{field: {"error": "Invalid input", "details": {field: [sentence]}}})


def polled(model: Model, description: str, **examples: Any) -> tuple[Answer, Answer]:
    """Return the answers of what is made to be asked for again and again."""
    headers = ("ETag", "Retry-After")
    return (
        Answer(200, description, json_of(model, **examples), headers),
        Answer(304, "It is as the client has it.", headers=headers),
    )
