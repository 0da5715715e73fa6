"""Bodies of requests: strict models of JSON, and the sentences about what is wrong."""

from collections.abc import Mapping
from typing import ClassVar, Self

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from ingest_service.web.http.errors import InvalidInput

# A body of more bytes may hold up the other threads of the process while it is parsed.
LARGE_BYTES = 262_144
# The most that a body may have where a few fields are expected.
SMALL_BYTES = 65_536


def small_body() -> bytes:
    """Return the body of the current request, of at most SMALL_BYTES. Raises RequestEntityTooLarge."""
    request.max_content_length = SMALL_BYTES
    return request.get_data(cache=False)


class RequestBody(BaseModel):
    """Body of a request. Strict: no booleans, floats or strings for integers.

    `allowed` has a sentence for each field that says which values are; that of the items of a list is under the
    field's name with `[]`. `example` is the JSON text of a right body.
    """

    model_config = ConfigDict(strict=True)

    allowed: ClassVar[Mapping[str, str]]
    example: ClassVar[str]

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read a body, whatever its content type. Raises InvalidInput."""
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            raise InvalidInput(cls._details(error.errors(include_url=False, include_input=False))) from None

    @classmethod
    def _details(cls, errors: list[ErrorDetails]) -> dict[str, list[str]]:
        details: dict[str, list[str]] = {}
        for error in errors:
            field = str(error["loc"][0]) if error["loc"] else "body"
            details.setdefault(field, []).append(cls._sentence(error))
        return details

    @classmethod
    def _sentence(cls, error: ErrorDetails) -> str:
        """Return what is wrong; never the bad value, which may be huge."""
        place = error["loc"]
        if error["type"] == "json_invalid":
            return f"must be JSON: {error['ctx']['error']}"
        if error["type"] == "missing":
            return "is required"
        if not place:
            return f"must be a JSON object such as {cls.example}"
        return (
            cls.allowed[str(place[0])]
            if len(place) == 1
            else f"{cls.allowed[f'{place[0]}[]']} (position {place[1]})"
        )
