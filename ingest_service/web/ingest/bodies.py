"""The bodies that ask for ids to be called: what is allowed in them, and how we say what is not."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, FailFast, Field, ValidationError
from pydantic_core import ErrorDetails

from ingest_service.domain.model import LARGEST_ID, SMALLEST_ID, Priority
from ingest_service.web.http.errors import InvalidInput
from ingest_service.web.http.fields import ONE_PRIORITY, PriorityName, RecordId

Body = TypeVar("Body", bound=BaseModel)

_ONE_ID = f"must be an integer from {SMALLEST_ID} to {LARGEST_ID}"
_IDS = f"must be a non-empty list of integers from {SMALLEST_ID} to {LARGEST_ID}"
# Nanoseconds since 1970 fit into 64 bits up to then.
_LATEST = datetime(2262, 1, 1, tzinfo=UTC)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DEADLINE = (
    f"must be a time before {_LATEST.year} with its offset from UTC (RFC 3339), such as 2026-11-22T17:30:00Z"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SUBMISSION = '{"ids": [1, 2, 3], "priority": "HIGH"}'
_CHANGE = '{"priority": "HIGH"}'


def _written(time: object) -> object:
    if not isinstance(time, str) or not _RFC_3339.fullmatch(time):
        raise ValueError(_DEADLINE)
    return time


# A strict time is no text any more once a validator of ours has looked at it.
Time = Annotated[AwareDatetime, Field(strict=False, lt=_LATEST), BeforeValidator(_written)]


class SubmissionBody(BaseModel):
    """Strict: no booleans, floats or strings for ids. Validation of ids stops at the first bad one."""

    model_config = ConfigDict(strict=True)

    ids: Annotated[list[RecordId], Field(min_length=1), FailFast()]
    priority: PriorityName
    deadline: Time | None = None

    @property
    def urgency(self) -> Priority:
        """The priority as a value of the service."""
        return Priority[self.priority]

    @property
    def due(self) -> int | None:
        """The deadline in nanoseconds of the wall clock."""
        return None if self.deadline is None else (self.deadline - _EPOCH) // timedelta(microseconds=1) * 1000


class ChangeBody(BaseModel):
    """The body of `PATCH /ingestions/<id>`."""

    model_config = ConfigDict(strict=True)

    priority: PriorityName


class RetryBody(BaseModel):
    """The body of `POST /ingestions/<id>/retry`, which may be left out."""

    model_config = ConfigDict(strict=True)

    priority: PriorityName | None = None


def parse_submission(body: bytes, max_ids: int) -> SubmissionBody:
    """Read a submission, whatever the content type. Raises InvalidInput."""
    submission = _parse(SubmissionBody, body, _SUBMISSION)
    if len(submission.ids) > max_ids:
        raise InvalidInput({"ids": [f"must be at most {max_ids}, these are {len(submission.ids)}"]})
    return submission


def parse_change(body: bytes) -> Priority:
    """Read the priority that an ingestion is to have. Raises InvalidInput."""
    return Priority[_parse(ChangeBody, body, _CHANGE).priority]


def parse_retry(body: bytes) -> Priority | None:
    """Return the priority that is asked for, None if none is. Raises InvalidInput."""
    priority = _parse(RetryBody, body, _CHANGE).priority if body else None
    return None if priority is None else Priority[priority]


def _parse(model: type[Body], body: bytes, example: str) -> Body:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise InvalidInput(_details(error.errors(include_url=False, include_input=False), example)) from None


def _details(errors: list[ErrorDetails], example: str) -> dict[str, list[str]]:
    details: dict[str, list[str]] = {}
    for error in errors:
        field, sentence = _sentence(error, example)
        details.setdefault(field, []).append(sentence)
    return details


def _sentence(error: ErrorDetails, example: str) -> tuple[str, str]:
    """Return the field that is wrong and what is wrong with it; never the bad value, which may be huge."""
    place = error["loc"]
    if not place:
        return "body", _body_sentence(error, example)
    field = str(place[0])
    if error["type"] == "missing":
        return field, "is required"
    if field == "priority":
        return field, ONE_PRIORITY
    if field == "deadline":
        return field, _DEADLINE
    return field, f"{_ONE_ID} (position {place[1]})" if len(place) > 1 else _IDS


def _body_sentence(error: ErrorDetails, example: str) -> str:
    if error["type"] == "json_invalid":
        return f"must be JSON: {error['ctx']['error']}"
    return f"must be a JSON object such as {example}"
