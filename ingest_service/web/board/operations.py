"""Operations on the service as a whole."""

from ingest_service.web.board.models import Links
from ingest_service.web.board.pages import HTML
from ingest_service.web.openapi.answers import IF_NONE_MATCH, UNCHANGED
from ingest_service.web.openapi.operation import Answer, Content, Operation, json_of

LINKS = Links(links={"ingest": "/ingest", "ingestions": "/ingestions", "schedule": "/schedule"})

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
)
