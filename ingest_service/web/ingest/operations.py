"""Submitting ids."""

from ingest_service.web.http.parameters import DryRunQuery
from ingest_service.web.ingest.bodies import SubmissionBody
from ingest_service.web.ingest.examples import STATUS, TRIAL
from ingest_service.web.ingest.models import Accepted, DryRun, Status
from ingest_service.web.openapi.answers import (
    ID,
    IF_NONE_MATCH,
    NOT_FOUND,
    STORAGE,
    TOO_LARGE,
    UNAVAILABLE,
    polled,
)
from ingest_service.web.openapi.examples import ONE
from ingest_service.web.openapi.operation import Answer, Operation, Parameter, failure, json_of, query_of

IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "Makes it safe to send a submission again: what comes with the same key and the same content is accepted "
    "once. Kept for at least 24 hours; ignored with `dry_run`.",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
)
ACCEPTED = Answer(
    200,
    "The ids are durable and will be called. Or, with `dry_run`, without `Location`: what would become of them.",
    json_of(Accepted, DryRun, accepted={"ingestion_id": ONE}, dry_run=TRIAL),
    headers=("Location",),
)
WRONG = failure(
    400,
    "The submission is wrong; `details` names every field that is.",
    fields={
        "error": "Invalid input",
        "details": {
            "ids": ["must be an integer from 1 to 1000000007 (position 2)"],
            "priority": ["must be one of HIGH, MEDIUM, LOW"],
        },
    },
    body={
        "error": "Invalid input",
        "details": {"body": ["must be JSON: expected value at line 1 column 1"]},
    },
)
TOO_LATE = failure(
    409,
    "The deadline cannot be met as things stand.",
    deadline={
        "error": "Deadline cannot be met",
        "details": {
            "deadline": ["as things stand it would complete at 2026-11-22T07:12:34.578Z"],
            "earliest": ["2026-11-22T07:12:34.578Z"],
        },
    },
)
KEY_REUSED = failure(
    422,
    "The idempotency key was sent before with another content.",
    key={
        "error": "Idempotency key reused",
        "details": {
            "Idempotency-Key": ["nightly-17 was sent before with other ids, another priority or another deadline"]
        },
    },
)
NO_ROOM = failure(
    503,
    "The backlog has no room for so many ids, or the store cannot do what it must. `Retry-After` tells when there "
    "will be room; it is absent while an operator has paused the dispatcher.",
    "Retry-After",
    backlog={
        "error": "Backlog full",
        "details": {
            "ids": [
                "the backlog has room for 2 more ids; there will be room for these at 2026-11-22T01:08:19.578Z"
            ]
        },
    },
    storage=STORAGE,
)

SUBMIT = Operation(
    "POST /ingest",
    "submit",
    "Submit ids",
    description="The answer comes after the ids are durable. With `dry_run=true` nothing is submitted: the answer "
    "tells when the ids would be called, and who would have to wait for that.",
    parameters=(
        *query_of(DryRunQuery, dry_run="Whether only to tell what would become of the submission."),
        IDEMPOTENCY_KEY,
    ),
    body=json_of(
        SubmissionBody,
        five={"ids": [1, 2, 3, 4, 5], "priority": "HIGH"},
        deadline={"ids": [6, 7], "priority": "LOW", "deadline": "2026-11-22T08:00:00+01:00"},
    )[0],
    answers=(ACCEPTED, WRONG, TOO_LATE, TOO_LARGE, KEY_REUSED, NO_ROOM),
)

READ_STATUS = Operation(
    "GET /status/{ingestion_id}",
    "status",
    "See how far every batch is",
    parameters=(ID, IF_NONE_MATCH),
    answers=(*polled(Status, "Every batch, from the first moment on.", half=STATUS), NOT_FOUND, UNAVAILABLE),
)
