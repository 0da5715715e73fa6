"""Requests that a service has to refuse."""

import json
from dataclasses import dataclass
from http import HTTPStatus

from ingestctl.models import GREATEST_ID

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"

_NOT_IDS: tuple[tuple[str, object], ...] = (
    ("no ids", []),
    ("ids that are a text", "1,2,3"),
    ("ids that are a number", 7),
    ("ids that are null", None),
    ("the id 0", [1, 0]),
    ("the id -1", [-1]),
    (f"the id {GREATEST_ID + 1}", [GREATEST_ID + 1]),
    ("an id that is a fraction", [1, 2.5]),
    ("an id that is a text", [1, "2"]),
    ("an id that is true", [True]),
    ("an id that is null", [None]),
    ("an id that is a list", [[1, 2, 3]]),
)
_NOT_PRIORITIES: tuple[tuple[str, object], ...] = (
    ("the priority URGENT", "URGENT"),
    ("a priority in small letters", "high"),
    ("a priority that is a number", 1),
    ("a priority that is null", None),
)
_NOT_OBJECTS = (
    ("a body that is not JSON", b"ids=1,2,3"),
    ("half of a JSON text", b'{"ids": [1, 2'),
    ("an empty body", b""),
    ("a JSON list", b"[1, 2, 3]"),
    ("JSON null", b"null"),
)


@dataclass(frozen=True, slots=True)
class WrongRequest:
    """A request, `what` is wrong with it in words, the status that it must get and the fields to be named."""

    what: str
    body: bytes | None
    fields: frozenset[str] = frozenset()
    method: str = "POST"
    status: int = HTTPStatus.BAD_REQUEST

    def __str__(self) -> str:
        return f"{self.method} /ingest with {self.what}" if self.what else f"{self.method} /ingest"


def wrong_requests() -> list[WrongRequest]:
    """Return one request for each way to be wrong."""
    return [
        *(_submission(what, ["ids"], ids=ids, priority="LOW") for what, ids in _NOT_IDS),
        *(_submission(what, ["priority"], ids=[1], priority=priority) for what, priority in _NOT_PRIORITIES),
        _submission("no field ids", ["ids"], priority="LOW"),
        _submission("no field priority", ["priority"], ids=[1]),
        _submission("two wrong fields", ["ids", "priority"], ids=[], priority="URGENT"),
        *(WrongRequest(what, body) for what, body in _NOT_OBJECTS),
        WrongRequest("", None, method="GET", status=HTTPStatus.METHOD_NOT_ALLOWED),
    ]


def _submission(what: str, wrong: list[str], **fields: object) -> WrongRequest:
    return WrongRequest(what, json.dumps(fields).encode(), frozenset(wrong))
