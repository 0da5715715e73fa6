"""Operations: submitting ids, and the status of every batch."""

from ingest_service.errors import BacklogFull, DeadlineImpossible, KeyReused
from ingest_service.web.http.errors import (
    InvalidInput,
    backlog_full,
    deadline_impossible,
    invalid_input,
    key_reused,
)
from ingest_service.web.http.names import unknown
from ingest_service.web.ingest.examples import ACCEPTED, DRY_RUN, FIVE, STATUS, WITH_DEADLINE
from ingest_service.web.ingest.requests import DryRunQuery, SubmissionBody, too_many
from ingest_service.web.openapi.answers import (
    ENCODED,
    FOREIGN,
    ID,
    IF_NONE_MATCH,
    NOT_FOUND,
    STORAGE,
    TOO_LARGE,
    UNAVAILABLE,
    ok,
    polled,
)
from ingest_service.web.openapi.examples import wall
from ingest_service.web.openapi.operation import Operation, Parameter, failure, json_of, query_of

IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "Makes it safe to send a request again: the same content with the same key is accepted only once. Keys are "
    "kept for at least 24 hours; ignored with `dry_run`.",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
)
WRONG = failure(
    400,
    "The submission is wrong; `details` names every field that is.",
    fields=invalid_input(
        InvalidInput(
            {
                "ids": ["must be an integer from 1 to 1000000007 (position 2)"],
                "priority": ["must be one of HIGH, MEDIUM, LOW"],
            }
        )
    ),
    body=invalid_input(InvalidInput({"body": ["must be JSON: expected value at line 1 column 1"]})),
    many=invalid_input(too_many(1_500_000, 1_000_000)),
    unknown=invalid_input(InvalidInput({"dead_line": [unknown("dead_line", SubmissionBody.model_fields)]})),
)
TOO_LATE = failure(
    409,
    "The deadline cannot be met as things stand.",
    deadline=deadline_impossible(DeadlineImpossible(wall("2026-11-22T07:12:34.578Z"))),
)
KEY_REUSED = failure(
    422,
    "The idempotency key was sent before with another content.",
    key=key_reused(KeyReused("nightly-17")),
)
NO_ROOM = failure(
    503,
    "The backlog has too little room for the ids, or the store cannot do what it must. `Retry-After` says when "
    "there will be room; it is absent while an operator has paused the dispatcher.",
    "Retry-After",
    backlog=backlog_full(BacklogFull(2, wall("2026-11-22T01:08:19.578Z"), None)),
    storage=STORAGE,
)

SUBMIT = Operation(
    "POST /ingest",
    "submit",
    "Submit ids",
    description="The answer comes after the ids are durable. With `dry_run=true` nothing is submitted: the answer "
    "says when the ids would be called, and which ingestions would end later.",
    parameters=(
        *query_of(DryRunQuery, dry_run="With `true`, answer what would happen, and submit nothing."),
        IDEMPOTENCY_KEY,
    ),
    body=json_of(five=FIVE, deadline=WITH_DEADLINE),
    answers=(
        ok(
            "The ids are durable and will be called. With `dry_run`, without `Location`: what would happen.",
            "Location",
            accepted=ACCEPTED,
            dry_run=DRY_RUN,
        ),
        WRONG,
        FOREIGN,
        TOO_LATE,
        TOO_LARGE,
        ENCODED,
        KEY_REUSED,
        NO_ROOM,
    ),
)

READ_STATUS = Operation(
    "GET /status/{ingestion_id}",
    "status",
    "See the status of every batch",
    parameters=(ID, IF_NONE_MATCH),
    answers=(*polled("Every batch, from the first moment on.", half=STATUS), NOT_FOUND, UNAVAILABLE),
)
