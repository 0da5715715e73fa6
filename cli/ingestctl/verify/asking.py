"""Requests to the service under test; every answer is kept as it came, with its times."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

from ingestctl.errors import NoAnswerError

NO_ANSWER = 0
# What a proxy says, too, while the service does not answer.
_UNAVAILABLE = {NO_ANSWER, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
_JSON = {"Content-Type": "application/json"}
_LONGEST_QUOTE = 120


class Answered(Protocol):
    """An answer of HTTP."""

    @property
    def status_code(self) -> int:
        """Status of the answer."""

    @property
    def content(self) -> bytes:
        """Body of the answer."""


class Line(Protocol):
    """A connection to the service, for one thread; `ingestctl.http.transport.Transport` is one."""

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str | None] | None = None
    ) -> Answered:
        """Send a request and block until its answer; raises NoAnswerError if there is none."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that came between two times of a monotonic clock, in seconds.

    `status` is NO_ANSWER if none came, and `text` says why then; otherwise `text` is the body.
    """

    status: int
    text: str
    asked: float
    answered: float

    @property
    def is_missing(self) -> bool:
        """True if the service did not answer, or cannot now."""
        return self.status in _UNAVAILABLE

    @property
    def seconds(self) -> float:
        """Time until the answer."""
        return self.answered - self.asked

    @property
    def body(self) -> Any:
        """The JSON of the body, None if it is not JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    def __str__(self) -> str:
        if self.status == NO_ANSWER:
            return f"gave no answer ({self.text})"
        quoted = " ".join(self.text.split())[:_LONGEST_QUOTE]
        return f"answered {self.status} {quoted}".rstrip()


class Asker:
    """Sends requests over a line and appends each answer to `replies`. Not for several threads at once."""

    def __init__(self, line: Line, now: Callable[[], float], replies: list[Reply]) -> None:
        self._line = line
        self._now = now
        self._replies = replies

    def ask(self, method: str, path: str, body: bytes | None = None) -> Reply:
        """Send a request once and return what came; blocks."""
        asked = self._now()
        try:
            answer = self._line.send(method, path, body, None if body is None else _JSON)
            status, text = answer.status_code, answer.content.decode(errors="replace")
        except NoAnswerError as error:
            status, text = NO_ANSWER, str(error)
        reply = Reply(status, text, asked, self._now())
        self._replies.append(reply)
        return reply

    def status(self, ingestion_id: str) -> Reply:
        """Ask for the status of an ingestion."""
        return self.ask("GET", f"/status/{ingestion_id}")
