"""Looking for ingestions, looking at one, and changing it."""

from ingest_service.web.http.parameters import ListPage
from ingest_service.web.ingest.bodies import ChangeBody
from ingest_service.web.openapi.answers import (
    ID,
    IF_NONE_MATCH,
    NOT_FOUND,
    TOO_LARGE,
    UNAVAILABLE,
    polled,
    wrong,
)
from ingest_service.web.openapi.examples import ONE
from ingest_service.web.openapi.ingestions import Ingestion, Ingestions
from ingest_service.web.openapi.operation import Answer, Operation, failure, json_of, query_of
from ingest_service.web.operations.examples import CANCELLED, FULL, SHORT

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
