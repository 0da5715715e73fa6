"""Queries and bodies about ingestions."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field

from ingest_service.domain.model import LAST_SEQUENCE, Status
from ingest_service.ports.records import ListFilter
from ingest_service.web.http.bodies import RequestBody
from ingest_service.web.http.cursor import sequence_of
from ingest_service.web.http.fields import ONE_PRIORITY, PriorityName, StatusName
from ingest_service.web.http.parameters import LARGEST_PAGE, ONE_LIMIT, Integer, Query


def _cursor(text: str) -> str:
    if text:
        sequence_of(text)
    return text


class ListPage(Query):
    """Part of the list of ingestions: at most `limit` that fit, after the page of the cursor `after`."""

    allowed: ClassVar = {
        "status": f"must be one of {', '.join(Status)}",
        "priority": ONE_PRIORITY,
        "limit": ONE_LIMIT,
        "after": "must be the next_after of another page",
    }

    status: StatusName | None = None
    priority: PriorityName | None = None
    limit: Integer = Field(100, ge=1, le=LARGEST_PAGE)
    after: Annotated[str, AfterValidator(_cursor)] = ""

    def wanted(self) -> ListFilter:
        """Return the filter for the service."""
        before = sequence_of(self.after) if self.after else LAST_SEQUENCE
        return ListFilter(self.status, self.priority, before, self.limit)


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
