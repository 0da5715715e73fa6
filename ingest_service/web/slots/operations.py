"""The slots to come, the slots that were, and what opens them."""

from ingest_service.web.http.parameters import LedgerPage, Slots
from ingest_service.web.openapi.answers import UNAVAILABLE, wrong
from ingest_service.web.openapi.operation import Answer, Operation, json_of, query_of
from ingest_service.web.slots.examples import OPENED, PAUSED, PLANNED, RUNNING
from ingest_service.web.slots.models import Dispatcher, PastSlots, Schedule

SLOTS = (
    Operation(
        "GET /schedule",
        "schedule",
        "See the slots to come",
        description="Exactly as they will open if nothing else arrives and nothing fails.",
        parameters=query_of(Slots, slots="At most so many."),
        answers=(
            Answer(200, "The next slots.", json_of(Schedule, next={"slots": [PLANNED]})),
            wrong("A parameter is wrong.", "slots", "must be an integer from 1 to 1000"),
            UNAVAILABLE,
        ),
    ),
    Operation(
        "GET /slots",
        "slots",
        "See the slots that were opened, the latest first",
        parameters=query_of(
            LedgerPage, limit="At most so many.", before="Those before this number: a page's `next_before`."
        ),
        answers=(
            Answer(200, "A page of slots.", json_of(PastSlots, page={"slots": [OPENED], "next_before": None})),
            wrong("A parameter is wrong.", "limit", "must be an integer from 1 to 1000"),
            UNAVAILABLE,
        ),
    ),
    Operation(
        "GET /dispatcher",
        "dispatcher",
        "See whether slots are opened, and what waits",
        answers=(Answer(200, "As it is now.", json_of(Dispatcher, running=RUNNING, paused=PAUSED)), UNAVAILABLE),
    ),
    Operation(
        "POST /dispatcher/pause",
        "pause",
        "Open no more slots until told otherwise",
        description="Calls in flight finish; submissions are taken. It survives a restart.",
        answers=(Answer(200, "As it is now.", json_of(Dispatcher, paused=PAUSED)), UNAVAILABLE),
    ),
    Operation(
        "POST /dispatcher/resume",
        "resume",
        "Open slots again",
        answers=(Answer(200, "As it is now.", json_of(Dispatcher, running=RUNNING)), UNAVAILABLE),
    ),
)
