"""Operations on slots and on the dispatcher."""

from ingest_service.web.openapi.answers import FOREIGN, UNAVAILABLE, UNKNOWN_PARAMETER, ok, wrong
from ingest_service.web.openapi.operation import Operation, query_of
from ingest_service.web.slots.examples import LEDGER, PAUSED, RUNNING, SCHEDULE
from ingest_service.web.slots.requests import LedgerPage, ScheduleQuery

SLOTS = (
    Operation(
        "GET /schedule",
        "schedule",
        "See the slots to come",
        description="Exactly as they will open if nothing else arrives and nothing fails.",
        parameters=query_of(ScheduleQuery, slots="The most slots in the answer."),
        answers=(
            ok("The next slots.", next=SCHEDULE),
            wrong("A parameter is wrong.", ScheduleQuery, "slots"),
            UNAVAILABLE,
        ),
    ),
    Operation(
        "GET /slots",
        "slots",
        "See the slots that were opened, the latest first",
        parameters=query_of(
            LedgerPage, limit="The most slots on a page.", before="Slots before this one: `next_before` of a page."
        ),
        answers=(
            ok("A page of slots.", page=LEDGER),
            wrong("A parameter is wrong.", LedgerPage, "limit"),
            UNAVAILABLE,
        ),
    ),
    Operation(
        "GET /dispatcher",
        "dispatcher",
        "See whether slots are opened, and what waits",
        answers=(ok("As it is now.", running=RUNNING, paused=PAUSED), UNAVAILABLE),
    ),
    Operation(
        "POST /dispatcher/pause",
        "pause",
        "Open no more slots until resumed",
        description="Calls in flight finish; submissions are taken. It survives a restart.",
        answers=(ok("As it is now.", paused=PAUSED), UNKNOWN_PARAMETER, FOREIGN, UNAVAILABLE),
    ),
    Operation(
        "POST /dispatcher/resume",
        "resume",
        "Open slots again",
        answers=(ok("As it is now.", running=RUNNING), UNKNOWN_PARAMETER, FOREIGN, UNAVAILABLE),
    ),
)
