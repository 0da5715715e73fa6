"""The bodies that ask for ids to be called: what is allowed in them, and how we say what is not."""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError
from pydantic_core import ErrorDetails

from ingest_service.domain import LARGEST_ID, SMALLEST_ID, Priority
from ingest_service.web.errors import InvalidInput

RecordId = Annotated[int, Field(ge=SMALLEST_ID, le=LARGEST_ID)]

PriorityName = Literal["HIGH", "MEDIUM", "LOW"]
Body = TypeVar("Body", bound=BaseModel)

_ONE_ID = f"must be an integer from {SMALLEST_ID} to {LARGEST_ID}"
_IDS = f"must be a non-empty list of integers from {SMALLEST_ID} to {LARGEST_ID}"
_PRIORITY = f"must be one of {', '.join(priority.name for priority in Priority)}"


class SubmissionBody(BaseModel):
    """Strict: no booleans, floats or strings for ids. Validation of ids stops at the first bad one."""

    model_config = ConfigDict(strict=True)

    ids: Annotated[list[RecordId], Field(min_length=1), FailFast()]
    priority: PriorityName


class RetryBody(BaseModel):
    """The body of `POST /ingestions/<id>/retry`, which may be left out."""

    model_config = ConfigDict(strict=True)

    priority: PriorityName | None = None


def parse_submission(body: bytes, max_ids: int) -> tuple[list[int], Priority]:
    """Return the ids and the priority of a body, whatever its content type. Raises InvalidInput."""
    submission = _parse(SubmissionBody, body)
    if len(submission.ids) > max_ids:
        raise InvalidInput({"ids": [f"must be at most {max_ids}, these are {len(submission.ids)}"]})
    return submission.ids, Priority[submission.priority]


def parse_retry(body: bytes) -> Priority | None:
    """Return the priority that is asked for, None if none is. Raises InvalidInput."""
    priority = _parse(RetryBody, body).priority if body else None
    return None if priority is None else Priority[priority]


def _parse(model: type[Body], body: bytes) -> Body:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise InvalidInput(_details(error.errors(include_url=False, include_input=False))) from None


def _details(errors: list[ErrorDetails]) -> dict[str, list[str]]:
    details: dict[str, list[str]] = {}
    for error in errors:
        field, sentence = _sentence(error)
        details.setdefault(field, []).append(sentence)
    return details


def _sentence(error: ErrorDetails) -> tuple[str, str]:
    """Return the field that is wrong and what is wrong with it; never the bad value, which may be huge."""
    place = error["loc"]
    if not place:
        return "body", _body_sentence(error)
    field = str(place[0])
    if error["type"] == "missing":
        return field, "is required"
    if field == "priority":
        return field, _PRIORITY
    return field, f"{_ONE_ID} (position {place[1]})" if len(place) > 1 else _IDS


def _body_sentence(error: ErrorDetails) -> str:
    if error["type"] == "json_invalid":
        return f"must be JSON: {error['ctx']['error']}"
    return 'must be a JSON object such as {"ids": [1, 2, 3], "priority": "HIGH"}'
