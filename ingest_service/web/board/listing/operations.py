"""Operations of the page of all ingestions."""

from ingest_service.web.http.responses import HTML
from ingest_service.web.ingestions.operations import LIST_PAGE, WRONG_LIST
from ingest_service.web.openapi.answers import IF_NONE_MATCH, UNAVAILABLE, UNCHANGED
from ingest_service.web.openapi.operation import Answer, Content, Operation, Parameter

LISTING_PART = Operation(
    "GET /board/ingestions",
    "board_ingestions",
    "Read what the page of all ingestions shows, for the page itself",
    description="The parameters are those of `GET /ingestions`. It changes only when something has changed.",
    parameters=(*LIST_PAGE, IF_NONE_MATCH),
    answers=(
        Answer(200, "The part of the page.", (Content(HTML),), ("ETag", "Retry-After", "X-Server-Time")),
        Answer(304, UNCHANGED, headers=("ETag", "Retry-After", "X-Server-Time")),
        WRONG_LIST,
        UNAVAILABLE,
    ),
)
FIND = Operation(
    "GET /board/find",
    "find",
    "Go to the page of an ingestion",
    description="If several ids begin like this, or none does, it goes to the list of those that do.",
    parameters=(Parameter("ingestion_id", "query", "The id of the ingestion, or its begin.", {"type": "string"}),),
    answers=(Answer(303, "It is at `Location`.", headers=("Location",)), UNAVAILABLE),
)
