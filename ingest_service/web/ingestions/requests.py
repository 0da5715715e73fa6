"""Queries and bodies about ingestions."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field

from ingest_service.domain.model import LAST_SEQUENCE, Status
from ingest_service.ports.records import ListFilter
from ingest_service.web.http.bodies import RequestBody
from ingest_service.web.http.cursor import sequence_of
from ingest_service.web.http.fields import ONE_PRIORITY, PriorityName, StatusName
from ingest_service.web.http.parameters import LARGEST_PAGE, ONE_LIMIT, Integer, Page, Query

# Of the id of an ingestion, so that few fit: with dashes as in the id, or without.
FEWEST_DIGITS, MOST_DIGITS = 4, 32
_PREFIX = f"^(-*[0-9A-Fa-f]){{{FEWEST_DIGITS},{MOST_DIGITS}}}-*$"


def _cursor(text: str) -> str:
    if text:
        sequence_of(text)
    return text


class ListPage(Query):
    """Part of the list of ingestions: at most `limit` that fit, after the cursor `after` or before `before`."""

    allowed: ClassVar = {
        "status": f"must be one of {', '.join(Status)}",
        "priority": ONE_PRIORITY,
        "limit": ONE_LIMIT,
        "after": "must be the next_after of another page",
        "before": "must be the before of the header Link of another page",
        "failed": "must be true, or left out",
        "ingestion_id": f"must be the first {FEWEST_DIGITS} hexadecimal digits of an id, or more of them",
    }

    status: StatusName | None = None
    priority: PriorityName | None = None
    limit: Integer = Field(100, ge=1, le=LARGEST_PAGE)
    after: Annotated[str, AfterValidator(_cursor)] = ""
    before: Annotated[str, AfterValidator(_cursor)] = ""
    failed: Literal["true"] | None = None
    ingestion_id: Annotated[str, Field(pattern=_PREFIX)] | None = None

    def wanted(self) -> ListFilter:
        """Return the filter for the service."""
        return ListFilter(
            status=self.status,
            priority=self.priority,
            before=sequence_of(self.after) if self.after else LAST_SEQUENCE,
            limit=self.limit,
            above=sequence_of(self.before) if self.before else None,
            failed=self.failed is not None,
            id_prefix=(self.ingestion_id or "").replace("-", "").lower(),
        )


class ResultsPage(Page):
    """Part of the results as JSON, or all past the position `after` in another format (None: as Accept says)."""

    allowed: ClassVar = {**Page.allowed, "format": "must be one of json, ndjson, csv"}

    format: Literal["json", "ndjson", "csv"] | None = None


class ChangeBody(RequestBody):
    """The body of `PATCH /ingestions/<id>`."""

    model_config = ConfigDict(extra="forbid")

    example: ClassVar = '{"priority": "HIGH"}'
    allowed: ClassVar = {"priority": ONE_PRIORITY}

    priority: PriorityName


class RetryBody(RequestBody):
    """The body of `POST /ingestions/<id>/retry`, which may be left out."""

    model_config = ConfigDict(extra="forbid")

    example: ClassVar = ChangeBody.example
    allowed: ClassVar = ChangeBody.allowed

    priority: PriorityName | None = None
