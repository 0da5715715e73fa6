"""What stands in paths and queries."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from werkzeug.datastructures import Headers, MultiDict

from ingest_service.domain.model import LAST_SEQUENCE, Priority, Status
from ingest_service.errors import IngestionNotFound
from ingest_service.ports.store import ListFilter
from ingest_service.web.http.cursor import sequence_of
from ingest_service.web.http.errors import InvalidInput
from ingest_service.web.http.fields import ONE_PRIORITY, PriorityName

LARGEST_PAGE = 1000
LARGEST_POSITION = 2**53
_KEY = re.compile("[ -~]{1,255}")
MOST_SLOTS = 1000


Parameters = TypeVar("Parameters", bound=BaseModel)

_ALLOWED = {
    "limit": f"must be an integer from 1 to {LARGEST_PAGE}",
    "after": "must be a position: an integer from -1 (the default) on",
    "before": "must be the number of a slot: an integer from 1 on",
    "dry_run": "must be true or false",
    "status": f"must be one of {', '.join(Status)}",
    "priority": ONE_PRIORITY,
    "slots": f"must be an integer from 1 to {MOST_SLOTS}",
}


def _cursor(text: str) -> str:
    if text:
        sequence_of(text)
    return text


class Slots(BaseModel):
    """How many of the next slots are wanted."""

    model_config = ConfigDict(frozen=True)

    slots: int = Field(20, ge=1, le=MOST_SLOTS)


class Page(BaseModel):
    """Which part of a list is wanted: at most `limit`, past the position `after`."""

    model_config = ConfigDict(frozen=True)

    limit: int = Field(100, ge=1, le=LARGEST_PAGE)
    after: int = Field(-1, ge=-1, le=LARGEST_POSITION)


class LedgerPage(BaseModel):
    """Which part of the ledger is wanted: at most `limit` slots, with numbers below `before`."""

    model_config = ConfigDict(frozen=True)

    limit: int = Field(100, ge=1, le=LARGEST_PAGE)
    before: int = Field(LARGEST_POSITION, ge=1, le=LARGEST_POSITION)


class ListPage(BaseModel):
    """Which ingestions are wanted: at most `limit`, behind those that a cursor stands for."""

    model_config = ConfigDict(frozen=True)

    status: Status | None = None
    priority: PriorityName | None = None
    limit: int = Field(100, ge=1, le=LARGEST_PAGE)
    after: Annotated[str, AfterValidator(_cursor)] = ""

    def wanted(self) -> ListFilter:
        """Return what to ask the service for."""
        priority = None if self.priority is None else Priority[self.priority]
        before = sequence_of(self.after) if self.after else LAST_SEQUENCE
        return ListFilter(self.status, priority, before, self.limit)


class DryRunQuery(BaseModel):
    """Whether a submission is only to be tried out."""

    model_config = ConfigDict(frozen=True)

    dry_run: Literal["true", "false"] = "false"


def parse_ingestion_id(text: str) -> UUID:
    """Read an ingestion id; what is none cannot be found. Raises IngestionNotFound."""
    try:
        return UUID(text)
    except ValueError:
        raise IngestionNotFound(text) from None


def parse_slots(query: MultiDict[str, str]) -> int:
    """Read how many slots are wanted. Raises InvalidInput."""
    return _parse(Slots, query).slots


def parse_ledger_page(query: MultiDict[str, str]) -> LedgerPage:
    """Read `limit` and `before` of a query. Raises InvalidInput."""
    return _parse(LedgerPage, query)


def parse_dry_run(query: MultiDict[str, str]) -> bool:
    """Read `dry_run` of a query. Raises InvalidInput."""
    return _parse(DryRunQuery, query).dry_run == "true"


def parse_page(query: MultiDict[str, str]) -> Page:
    """Read `limit` and `after` of a query. Raises InvalidInput."""
    return _parse(Page, query)


def parse_listing(query: MultiDict[str, str]) -> ListPage:
    """Read `status`, `priority`, `limit` and `after` of a query. Raises InvalidInput."""
    return _parse(ListPage, query, {"after": "must be the next_after of another page"})


def parse_key(headers: Headers) -> str | None:
    """Read the idempotency key, None without one. Raises InvalidInput."""
    key = headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidInput({"Idempotency-Key": ["must be 1 to 255 printable ASCII characters"]})
    return key


def _parse(
    model: type[Parameters], query: MultiDict[str, str], allowed: Mapping[str, str] | None = None
) -> Parameters:
    try:
        return model.model_validate(query.to_dict())
    except ValidationError as error:
        wrong = [str(one["loc"][0]) for one in error.errors()]
        sentences = {**_ALLOWED, **(allowed or {})}
        raise InvalidInput({name: [sentences[name]] for name in wrong}) from None
