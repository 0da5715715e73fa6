"""Every operation of the HTTP API in one table, and the description that is made from it."""

from typing import Any

from ingest_service.web.audit.operations import AUDIT
from ingest_service.web.board.operations import BOARD
from ingest_service.web.ingest.operations import READ_STATUS, SUBMIT
from ingest_service.web.ingest.requests import SubmissionBody
from ingest_service.web.ingestions.operations import INGESTIONS, OUTCOMES
from ingest_service.web.openapi.document import document
from ingest_service.web.service.operations import SERVICE
from ingest_service.web.slots.operations import SLOTS

# The headings of the description, and what stands below each.
OPERATIONS = {
    "Submit ids": (SUBMIT,),
    "Follow ingestions, and change them": (READ_STATUS, *INGESTIONS),
    "Take what came of them": OUTCOMES,
    "See and steer the slots": (*SLOTS, AUDIT),
    "Run the service": (*BOARD, *SERVICE),
}


def description(version: str, max_ids: int) -> dict[str, Any]:
    """Return the OpenAPI document of this version of the API; a submission may have at most `max_ids` ids."""
    described = document(OPERATIONS, version)
    described["components"]["schemas"][SubmissionBody.__name__]["properties"]["ids"]["maxItems"] = max_ids
    return described
