"""Looking for ingestions, following one, changing it, and taking its results."""

import json

from ingest_service.web.http.parameters import ListPage, Page
from ingest_service.web.ingest.bodies import ChangeBody, RetryBody
from ingest_service.web.ingest.models import Accepted
from ingest_service.web.ingest.operations import NO_ROOM
from ingest_service.web.ingestions.examples import BATCHES, CANCELLED, FULL, RESULTS, SHORT
from ingest_service.web.ingestions.models import Batches, Ingestion, Ingestions, Results
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

COMPLETED = failure(
    409,
    "It is completed.",
    completed={"error": "Nothing to cancel", "details": {"ingestion_id": [f"ingestion {ONE} is completed"]}},
)
RELEASED = failure(
    409,
    "Nothing of it waits.",
    released={
        "error": "Nothing to change",
        "details": {"ingestion_id": [f"no id of ingestion {ONE} waits to be called"]},
    },
)

INGESTIONS = (
    Operation(
        "GET /ingestions",
        "ingestions",
        "List ingestions, newest first",
        parameters=query_of(
            ListPage,
            status="Only those of this status.",
            priority="Only those of this priority.",
            limit="At most so many.",
            after="Those after a page: its `next_after`.",
        ),
        answers=(
            Answer(
                200,
                "A page of ingestions.",
                json_of(Ingestions, page={"ingestions": [{**SHORT, "deadline": None}], "next_after": None}),
                ("Link",),
            ),
            wrong("A parameter is wrong.", "limit", "must be an integer from 1 to 1000"),
            UNAVAILABLE,
        ),
    ),
    Operation(
        "GET /ingestions/{ingestion_id}",
        "ingestion",
        "See all about an ingestion but its batches",
        description="How far it is, when it goes on and why not earlier, and what has made its end later.",
        parameters=(ID, IF_NONE_MATCH),
        answers=(*polled(Ingestion, "All about it.", half=FULL), NOT_FOUND, UNAVAILABLE),
    ),
    Operation(
        "DELETE /ingestions/{ingestion_id}",
        "cancel",
        "Cancel what has not been released",
        description="Calls in flight finish. To cancel again changes nothing.",
        parameters=(ID,),
        answers=(
            Answer(200, "The ingestion as it is now.", json_of(Ingestion, cancelled=CANCELLED)),
            NOT_FOUND,
            COMPLETED,
            UNAVAILABLE,
        ),
    ),
    Operation(
        "PATCH /ingestions/{ingestion_id}",
        "change",
        "Change the priority of what waits",
        description="It keeps its created time in the order.",
        parameters=(ID,),
        body=json_of(ChangeBody, urgent={"priority": "HIGH"})[0],
        answers=(
            Answer(200, "The ingestion as it is now.", json_of(Ingestion, half=FULL)),
            wrong("The body is wrong.", "priority", "must be one of HIGH, MEDIUM, LOW"),
            NOT_FOUND,
            RELEASED,
            TOO_LARGE,
            UNAVAILABLE,
        ),
    ),
)

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
