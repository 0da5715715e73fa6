"""Operations on the service as a whole."""

from ingest_service.web.board.ingestion.operations import INGESTION_PART
from ingest_service.web.board.listing.operations import FIND, LISTING_PART
from ingest_service.web.board.models import Links
from ingest_service.web.board.plot import Plot, PlotQuery
from ingest_service.web.http.responses import HTML
from ingest_service.web.openapi.answers import (
    IF_NONE_MATCH,
    UNAVAILABLE,
    UNCHANGED,
    UNKNOWN_PARAMETER,
    polled,
    wrong,
)
from ingest_service.web.openapi.operation import Answer, Content, Operation, json_of, query_of

LINKS = Links(links={"ingest": "/ingest", "ingestions": "/ingestions", "schedule": "/schedule"})
PLOT = Plot(
    start="2026-11-28T09:58:00.000Z",
    step_seconds=60,
    slot_size=3,
    slots=[12, 12, 3],
    ids=[36, 34, 9],
    failed=[0, 1, 0],
    again=[0, 2, 0],
    longest_lag_ms=[2, 11, 3],
    waiting=[68, 36, 27],
    empty_at="2026-11-28T10:01:02.250Z",
)

BOARD = (
    Operation(
        "GET /",
        "home",
        "Begin here: the addresses of the API, or the board",
        description="A browser gets the board: the slots to come and those that were, as a page.",
        parameters=(IF_NONE_MATCH,),
        answers=(
            Answer(200, "The addresses, or the page.", (json_of(links=LINKS), Content(HTML)), ("ETag",)),
            Answer(304, UNCHANGED, headers=("ETag",)),
        ),
    ),
    Operation(
        "GET /board",
        "board",
        "Read what the board shows, for the page itself",
        description="A part of the page, which changes only when something has changed.",
        parameters=(IF_NONE_MATCH,),
        answers=(
            Answer(200, "The part of the page.", (Content(HTML),), ("ETag", "Retry-After", "X-Server-Time")),
            Answer(304, UNCHANGED, headers=("ETag", "Retry-After", "X-Server-Time")),
        ),
    ),
    Operation(
        "GET /board/plot",
        "board_plot",
        "Read the last hour or day, for the plot of the board",
        description="Slots, their ids, lateness and what waited, in columns: a minute each, or five of a day.",
        parameters=(*query_of(PlotQuery, span="The time up to now."), IF_NONE_MATCH),
        answers=(
            *polled("The columns; the last of each is of the present minute or five minutes.", plot=PLOT),
            wrong("A parameter is wrong.", PlotQuery, "span"),
            UNAVAILABLE,
        ),
    ),
    Operation(
        "GET /board/tables",
        "board_tables",
        "Read the last hour and day as tables, for the page itself",
        parameters=(IF_NONE_MATCH,),
        answers=(
            Answer(200, "The tables.", (Content(HTML),), ("ETag", "Retry-After")),
            Answer(304, UNCHANGED, headers=("ETag", "Retry-After")),
            UNKNOWN_PARAMETER,
            UNAVAILABLE,
        ),
    ),
    INGESTION_PART,
    Operation(
        "GET /board/submit",
        "board_submission",
        "Submit ids from a page",
        description="The page asks `POST /ingest`, first for a dry run.",
        parameters=(IF_NONE_MATCH,),
        answers=(
            Answer(200, "The page.", (Content(HTML),), ("ETag",)),
            Answer(304, UNCHANGED, headers=("ETag",)),
        ),
    ),
    LISTING_PART,
    FIND,
)
