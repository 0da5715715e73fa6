"""The operation of the page of an ingestion."""

from ingest_service.web.http.responses import HTML
from ingest_service.web.openapi.answers import ID, IF_NONE_MATCH, NOT_FOUND, UNAVAILABLE, UNCHANGED
from ingest_service.web.openapi.operation import Answer, Content, Operation

_HEADERS = ("ETag", "Retry-After", "X-Server-Time")

INGESTION_PART = Operation(
    "GET /board/ingestions/{ingestion_id}",
    "ingestionPart",
    "Read what the page of an ingestion shows, for the page itself",
    description="A part of the page, which changes only when something has changed. `Retry-After` is absent once "
    "it never changes again.",
    parameters=(ID, IF_NONE_MATCH),
    answers=(
        Answer(200, "The part of the page.", (Content(HTML),), _HEADERS),
        Answer(304, UNCHANGED, headers=_HEADERS),
        NOT_FOUND,
        UNAVAILABLE,
    ),
)
