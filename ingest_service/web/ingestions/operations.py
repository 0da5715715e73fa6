"""Operations on ingestions: list them, follow and change one, take its results."""

from ingest_service.errors import NothingToCancel, NothingToChange, NothingToRetry
from ingest_service.web.http.errors import nothing_to_cancel, nothing_to_change, nothing_to_retry
from ingest_service.web.http.parameters import Page
from ingest_service.web.http.responses import HTML
from ingest_service.web.ingest.operations import IDEMPOTENCY_KEY, KEY_REUSED, NO_ROOM
from ingest_service.web.ingestions.examples import (
    BATCHES,
    CANCELLED,
    CHANGE,
    FULL,
    LIST,
    RESULT_LINES,
    RESULT_TABLE,
    RESULTS,
    RETRIED,
    RETRY,
)
from ingest_service.web.ingestions.requests import ChangeBody, ListPage, ResultsPage, RetryBody
from ingest_service.web.ingestions.results import LINES, TABLE
from ingest_service.web.openapi.answers import (
    CHANGED,
    ENCODED,
    FOREIGN,
    ID,
    IF_MATCH,
    IF_NONE_MATCH,
    NOT_FOUND,
    TOO_LARGE,
    UNAVAILABLE,
    UNKNOWN_PARAMETER,
    ok,
    polled,
    wrong,
)
from ingest_service.web.openapi.examples import ONE
from ingest_service.web.openapi.operation import Answer, Content, Operation, failure, json_of, query_of

COMPLETED = failure(409, "It is completed.", completed=nothing_to_cancel(NothingToCancel(ONE)))
RELEASED = failure(409, "Nothing of it waits.", released=nothing_to_change(NothingToChange(ONE)))
NOTHING_FAILED = failure(409, "Nothing has failed.", fine=nothing_to_retry(NothingToRetry(ONE)))
WRONG_PAGE = wrong("A parameter is wrong.", Page, "limit")
PAGE = query_of(
    Page, limit="The most entries on a page.", after="Entries after this position: `next_after` of a page."
)
ALL_LINES = Content(LINES, examples={"all": RESULT_LINES})
ALL_ROWS = Content(TABLE, examples={"all": RESULT_TABLE})
LIST_PAGE = query_of(
    ListPage,
    status="Only ingestions of this status.",
    priority="Only ingestions of this priority.",
    limit="The most ingestions on a page.",
    after="Ingestions after a page: its `next_after`.",
    before="Ingestions before a page: the `before` of its `Link` to the previous one.",
    failed="Only ingestions with ids that failed.",
    ingestion_id="Only ingestions whose id begins like this.",
)
WRONG_LIST = wrong("A parameter is wrong.", ListPage, "limit")

INGESTIONS = (
    Operation(
        "GET /ingestions",
        "ingestions",
        "List ingestions, newest first",
        description="A browser gets them as a page.",
        parameters=LIST_PAGE,
        answers=(
            Answer(200, "A page of ingestions.", (json_of(page=LIST), Content(HTML)), ("Link",)),
            Answer(
                303,
                "The page is at `Location`, without the parameters that were left empty.",
                headers=("Location",),
            ),
            WRONG_LIST,
            UNAVAILABLE,
        ),
    ),
    Operation(
        "GET /ingestions/{ingestion_id}",
        "ingestion",
        "See an ingestion in full, without its batches",
        description="Its progress, when it goes on and why not earlier, and what has made its end later. "
        "A browser gets a page with all of this.",
        parameters=(ID, IF_NONE_MATCH),
        answers=(*polled("The ingestion, or its page.", Content(HTML), half=FULL), NOT_FOUND, UNAVAILABLE),
    ),
    Operation(
        "DELETE /ingestions/{ingestion_id}",
        "cancel",
        "Cancel what has not been released",
        description="Calls in flight finish. The ingestion stays and can be read afterwards. "
        "To cancel again changes nothing.",
        parameters=(ID, IF_MATCH),
        answers=(
            ok("The ingestion as it is now.", cancelled=CANCELLED),
            UNKNOWN_PARAMETER,
            FOREIGN,
            NOT_FOUND,
            COMPLETED,
            CHANGED,
            UNAVAILABLE,
        ),
    ),
    Operation(
        "PATCH /ingestions/{ingestion_id}",
        "change",
        "Change the priority of what waits",
        description="It keeps its created time in the order.",
        parameters=(ID, IF_MATCH),
        body=json_of(urgent=CHANGE),
        answers=(
            ok("The ingestion as it is now.", half=FULL),
            wrong("The body is wrong.", ChangeBody, "priority"),
            FOREIGN,
            NOT_FOUND,
            RELEASED,
            CHANGED,
            TOO_LARGE,
            ENCODED,
            UNAVAILABLE,
        ),
    ),
)

OUTCOMES = (
    Operation(
        "GET /ingestions/{ingestion_id}/batches",
        "batches",
        "See when batches ran or will run",
        parameters=(ID, *PAGE, IF_NONE_MATCH),
        answers=(
            *polled("A page of batches.", half=BATCHES),
            WRONG_PAGE,
            NOT_FOUND,
            UNAVAILABLE,
        ),
    ),
    Operation(
        "GET /ingestions/{ingestion_id}/results",
        "results",
        "Take the results",
        description="A page of JSON. With `format=ndjson` or `Accept: application/x-ndjson` all of them as lines, "
        "with `format=csv` or `Accept: text/csv` as a table; without a `limit`, as a file to keep.",
        parameters=(
            ID,
            *PAGE,
            *query_of(ResultsPage, format="The format, whatever `Accept` says."),
        ),
        answers=(
            Answer(
                200,
                "The results and failures so far, in the order of the ids.",
                (json_of(page=RESULTS), ALL_LINES, ALL_ROWS),
                ("Content-Disposition",),
            ),
            wrong("A parameter is wrong.", ResultsPage, "format"),
            NOT_FOUND,
            UNAVAILABLE,
        ),
    ),
    Operation(
        "POST /ingestions/{ingestion_id}/retry",
        "retry",
        "Submit the failed ids again",
        description="As a new ingestion; of the same priority if none is given.",
        parameters=(ID, IDEMPOTENCY_KEY),
        body=json_of(urgent=RETRY),
        body_required=False,
        answers=(
            ok("The new ingestion.", "Location", accepted=RETRIED),
            wrong("The body is wrong.", RetryBody, "priority"),
            FOREIGN,
            NOT_FOUND,
            NOTHING_FAILED,
            TOO_LARGE,
            ENCODED,
            KEY_REUSED,
            NO_ROOM,
        ),
    ),
)
