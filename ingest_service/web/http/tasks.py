"""Answers on their way out: in turns, so that a slow reader holds no thread."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask, WSGITask

from ingest_service.web.http.parser import retry_headers
from ingest_service.web.http.problem import Error, preferred_form
from ingest_service.web.http.request_id import HEADER, name_of, request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_TASK = "ingest_service.task"
# An answer of more bytes goes on in another turn, among the other large ones.
TURN_BYTES = 1_048_576


class Parked(BaseException):
    """A turn has ended before the answer has: it goes on in another one. No error."""


class JsonErrorTask(ErrorTask):
    """Answers, in the error shape of the API, requests that got no answer from the application.

    These are requests that the server refuses (malformed, too large, too slow), and those that fail before the
    first piece of an answer that is sent in pieces.
    """

    def execute(self) -> None:
        """Write the error and close the connection."""
        error = self.request.error  # type: ignore[attr-defined] # the stubs take the request for its error
        asked = self.channel.requests[0]
        plain = Error(error=error.reason.capitalize(), details={"request": [error.body]}).to_json()
        text, media_type = preferred_form(plain, error.code, asked.headers.get("ACCEPT"), None)
        body = text.encode()
        self.status = f"{error.code} {error.reason}"
        self.content_length = len(body)
        self.response_headers = [("Content-Type", media_type), (HEADER, _name(asked)), *retry_headers(error)]
        self.set_close_on_finish()
        self.write(body)


def _name(asked: HTTPRequestParser) -> str:
    """Return the name of a request: of the application in this thread, unless the server refused the request."""
    known = None if asked.error else request_id.get()
    return known or name_of(asked.headers.get("X_REQUEST_ID"))


class Pieces:
    """The pieces of an answer, which outlive the turn in which the first of them are written."""

    def __init__(self, answer: Iterable[bytes]) -> None:
        self._answer: Any = answer
        self._iterator = iter(answer)
        self.go_on = False

    def __iter__(self) -> Iterator[bytes]:
        """Return the pieces that are left."""
        return self._iterator

    def close(self) -> None:
        """Close the answer, unless it goes on. May be called twice."""
        if not self.go_on and self._answer is not None:
            closing, self._answer = getattr(self._answer, "close", None), None
            if closing:
                closing()


class AnswerTask(WSGITask):
    """Answers a request in as many turns as its reader needs; `service` raises Parked at the end of a turn.

    HEAD has no body (RFC 9110, 9.3.2); waitress would end an unknown length with an empty chunk. An answer that
    has none by its status keeps the connection.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._pieces: Pieces | None = None
        self._written = 0
        self._name: str | None = None

    def get_environment(self) -> "WSGIEnvironment":
        """Return the WSGI environment, with this task in it for `resumable`."""
        if self.environ is None:
            super().get_environment()[_TASK] = self
        return super().get_environment()

    def keep(self, answer: Iterable[bytes]) -> Pieces:
        """Return the pieces of the application's answer, and keep them for the next turns."""
        self._pieces = Pieces(answer)
        self._name = request_id.get()
        return self._pieces

    def execute(self) -> None:
        """Write the answer, or go on writing it."""
        if self._pieces is None:
            super().execute()
            return
        # The next turn may be in another thread.
        request_id.set(self._name)
        self._pieces.go_on = False
        self._written = 0
        try:
            for piece in self._pieces:
                self.write(piece)
        finally:
            self._pieces.close()
        if self.content_length not in (None, self.content_bytes_written):
            self.set_close_on_finish()

    def write(self, data: bytes) -> None:
        """Write a piece. Raises Parked behind it if this turn has taken long enough, or the reader is slow."""
        super().write(data)
        self._written += len(data)
        enough = self._written > TURN_BYTES or self.channel.is_full  # type: ignore[attr-defined]
        # What is written whole is let go of at once: it waits for its reader in a file.
        whole = self.content_length is not None and self.content_bytes_written >= self.content_length
        if self._pieces is not None and enough and not whole:
            self._pieces.go_on = True
            raise Parked

    def abandon(self) -> None:
        """Let go of an answer whose reader has gone."""
        if self._pieces is not None:
            self._pieces.go_on = False
            self._pieces.close()

    def build_response_header(self) -> bytes:
        """Return the head of the answer."""
        keeps = self.version == "1.1" and not self.has_body and not self.close_on_finish
        asked = self.request.headers.get("CONNECTION", "")  # type: ignore[attr-defined]
        head = super().build_response_header()
        if keeps and asked.lower() != "close":
            self.close_on_finish = False
            return head.replace(b"Connection: close\r\n", b"", 1)
        return head

    def finish(self) -> None:
        """Write what is left of the answer."""
        if not self.wrote_header:
            self.write(b"")
        if self.request.command == "HEAD":  # type: ignore[attr-defined] # as above
            self.chunked_response = False
        super().finish()


def resumable(application: "WSGIApplication") -> "WSGIApplication":
    """Return the application with answers that AnswerTask can write in several turns."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answered = application(environ, start_response)
        if isinstance(answered, ReadOnlyFileBasedBuffer):
            return answered
        # Without it the two do not hold each other: they are freed at once, and not by a search for cycles.
        pieces: Pieces = environ.pop(_TASK).keep(answered)
        return pieces

    return answer
