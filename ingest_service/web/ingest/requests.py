"""Body, query and headers of `POST /ingest`."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BeforeValidator, FailFast, Field
from werkzeug.datastructures import Headers

from ingest_service.domain.model import LARGEST_ID, SMALLEST_ID
from ingest_service.domain.wording import counted
from ingest_service.web.http.bodies import RequestBody
from ingest_service.web.http.errors import InvalidInput
from ingest_service.web.http.fields import ONE_PRIORITY, PriorityName, RecordId
from ingest_service.web.http.parameters import Query

# Nanoseconds since 1970 fit into 64 bits up to then.
_LATEST = datetime(2262, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_KEY = re.compile("[ -~]{1,255}")
_ONE_DEADLINE = (
    f"must be a time before {_LATEST.year} with its offset from UTC (RFC 3339), such as 2026-11-22T17:30:00Z"
)


def _written(time: object) -> object:
    if not isinstance(time, str) or not _RFC_3339.fullmatch(time):
        raise ValueError(_ONE_DEADLINE)
    return time


# Not strict: after a validator of ours, pydantic would take only a datetime and no string.
Deadline = Annotated[AwareDatetime, Field(strict=False, lt=_LATEST), BeforeValidator(_written)]


class SubmissionBody(RequestBody):
    """Ids to be called. Validation stops at the first bad id."""

    # Clients of the specification may send more.
    open: ClassVar = True
    example: ClassVar = '{"ids": [1, 2, 3], "priority": "HIGH"}'
    allowed: ClassVar = {
        "ids": f"must be a non-empty list of integers from {SMALLEST_ID} to {LARGEST_ID}",
        "ids[]": f"must be an integer from {SMALLEST_ID} to {LARGEST_ID}",
        "priority": ONE_PRIORITY,
        "deadline": _ONE_DEADLINE,
    }

    ids: Annotated[list[RecordId], Field(min_length=1), FailFast()]
    priority: PriorityName
    deadline: Deadline | None = None

    @property
    def deadline_at(self) -> int | None:
        """The deadline in nanoseconds of the wall clock."""
        return None if self.deadline is None else (self.deadline - _EPOCH) // timedelta(microseconds=1) * 1000


def too_many(count: int, max_ids: int) -> InvalidInput:
    """Return the error for a submission of more than `max_ids` ids."""
    sentence = f"must be at most {counted(max_ids, 'id')}; these are {count}"
    return InvalidInput({"ids": [sentence]}, limits={"ids": max_ids})


class DryRunQuery(Query):
    """The query of `POST /ingest`: with `dry_run` nothing is submitted."""

    allowed: ClassVar = {"dry_run": "must be true or false"}

    dry_run: Literal["true", "false"] = "false"


def parse_key(headers: Headers) -> str | None:
    """Read the idempotency key, None without one. Raises InvalidInput."""
    key = headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidInput({"Idempotency-Key": ["must be 1 to 255 printable ASCII characters"]})
    return key
