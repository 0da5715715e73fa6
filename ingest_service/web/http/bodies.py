"""Bodies of requests: strict models of JSON, and the sentences about what is wrong."""

from collections.abc import Mapping
from typing import ClassVar, Self

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from ingest_service.web.http.errors import InvalidInput, UnsupportedEncoding
from ingest_service.web.http.names import MOST_NAMES, RESEMBLES, nearest, shown, unknown

# A body of more bytes may hold up the other threads of the process while it is parsed.
LARGE_BYTES = 262_144
# The most that a body may have where a few fields are expected.
SMALL_BYTES = 65_536


_UTF_8_MARK = b"\xef\xbb\xbf"
_NOT_UTF_8 = "must be JSON in UTF-8; this looks like UTF-16 or UTF-32"


def read_body(most: int | None = None) -> bytes:
    """Return the body of the current request, of at most `most` bytes if that is given.

    Raises UnsupportedEncoding, and RequestEntityTooLarge.
    """
    encoding = request.headers.get("Content-Encoding", "").strip()
    if encoding.lower() not in ("", "identity"):
        raise UnsupportedEncoding(encoding)
    if most is not None:
        request.max_content_length = most
    length = request.content_length or 0
    return _read_at_once(length) if length > LARGE_BYTES else request.get_data(cache=False)


def _read_at_once(length: int) -> bytes:
    """Return a body of this length: werkzeug reads small pieces, and copies each of them twice."""
    body = request.stream.read(length)
    while len(body) < length and (more := request.stream.read(length - len(body))):
        body += more
    return body


def utf_8(body: bytes) -> bytes:
    """Return the body without a byte order mark. Raises InvalidInput for one in UTF-16 or UTF-32."""
    # JSON begins with two ASCII characters, or is one: a zero among the first bytes is half of a character.
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in body[:4]:
        raise InvalidInput({"body": [_NOT_UTF_8]})
    return body.removeprefix(_UTF_8_MARK)


class RequestBody(BaseModel):
    """Body of a request. Strict: no booleans, floats or strings for integers.

    `allowed` has a sentence for each field that says which values are; that of the items of a list is under the
    field's name with `[]`. `example` is the JSON text of a right body. Fields of other names are refused, or only
    those that resemble one of ours where the body is `open`.
    """

    model_config = ConfigDict(strict=True)

    allowed: ClassVar[Mapping[str, str]]
    example: ClassVar[str]
    open: ClassVar[bool] = False

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read a body, whatever its content type. Raises InvalidInput."""
        text = utf_8(body)
        try:
            return cls.model_validate_json(text, extra="forbid")
        except ValidationError as error:
            details = cls._details(error.errors(include_url=False, include_input=False))
        if details:
            raise InvalidInput(details)
        return cls.model_validate_json(text, extra="ignore")

    @classmethod
    def _details(cls, errors: list[ErrorDetails]) -> dict[str, list[str]]:
        details: dict[str, list[str]] = {}
        for error in [one for one in errors if one["type"] != "extra_forbidden"]:
            field = str(error["loc"][0]) if error["loc"] else "body"
            details.setdefault(field, []).append(cls._sentence(error))
        others = [str(error["loc"][0]) for error in errors if error["type"] == "extra_forbidden"]
        refused = [name for name in others if not cls.open or nearest(name, cls.model_fields, RESEMBLES)]
        return details | {shown(name): [unknown(name, cls.model_fields)] for name in refused[:MOST_NAMES]}

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
