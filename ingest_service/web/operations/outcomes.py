"""What came of an ingestion: its batches, its results, and its failed ids again."""

import json

from ingest_service.web.http.parameters import Page
from ingest_service.web.ingest.bodies import RetryBody
from ingest_service.web.ingest.models import Accepted
from ingest_service.web.ingest.operations import NO_ROOM
from ingest_service.web.openapi.answers import (
    ID,
    IF_NONE_MATCH,
    NOT_FOUND,
    TOO_LARGE,
    UNAVAILABLE,
    polled,
    wrong,
)
from ingest_service.web.openapi.examples import ONE, OTHER
from ingest_service.web.openapi.operation import Answer, Content, Operation, failure, json_of, query_of
from ingest_service.web.openapi.outcomes import Batches, Results
from ingest_service.web.operations.examples import BATCHES, RESULTS

WRONG_PAGE = wrong("A parameter is wrong.", "limit", "must be an integer from 1 to 1000")
PAGE = query_of(Page, limit="At most so many.", after="Those after this position: a page's `next_after`.")
LINES = Content("application/x-ndjson", (), {"all": "".join(f"{json.dumps(one)}\n" for one in RESULTS)})

OUTCOMES = (
    Operation(
        "GET /ingestions/{ingestion_id}/batches",
        "batches",
        "See when batches ran or will run",
        parameters=(ID, *PAGE, IF_NONE_MATCH),
        answers=(
            *polled(Batches, "A page of batches.", half=BATCHES),
            WRONG_PAGE,
            NOT_FOUND,
            UNAVAILABLE,
        ),
    ),
    Operation(
        "GET /ingestions/{ingestion_id}/results",
        "results",
        "Take the results",
        description="A page of JSON, or, for whoever accepts `application/x-ndjson`, all of them as lines: then "
        "`limit` does not count.",
        parameters=(ID, *PAGE),
        answers=(
            Answer(
                200,
                "What came of the ids so far, in their order.",
                (
                    *json_of(Results, page={"ingestion_id": ONE, "results": RESULTS, "next_after": None}),
                    LINES,
                ),
            ),
            WRONG_PAGE,
            NOT_FOUND,
            UNAVAILABLE,
        ),
    ),
    Operation(
        "POST /ingestions/{ingestion_id}/retry",
        "retry",
        "Submit the failed ids again",
        description="As a new ingestion; of the same priority if none is given.",
        parameters=(ID,),
        body=json_of(RetryBody, urgent={"priority": "HIGH"})[0],
        body_required=False,
        answers=(
            Answer(200, "The new ingestion.", json_of(Accepted, accepted={"ingestion_id": OTHER}), ("Location",)),
            wrong("The body is wrong.", "priority", "must be one of HIGH, MEDIUM, LOW"),
            NOT_FOUND,
            failure(
                409,
                "Nothing has failed.",
                fine={
                    "error": "Nothing to retry",
                    "details": {"ingestion_id": [f"no id of ingestion {ONE} has failed"]},
                },
            ),
            TOO_LARGE,
            NO_ROOM,
        ),
    ),
)
