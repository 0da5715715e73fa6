"""The name of every request: the client's own or a new one, sent in the answer and written in the log."""

import re
from contextvars import ContextVar
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADER = "X-Request-ID"

# The request that this thread answers, or answered last; None in threads that answer none.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_FITTING = re.compile("[ -~]{1,128}")
# A name is no secret: to ask the system for randomness would let other threads run first.
_bits = Random().getrandbits  # noqa: S311


class RequestIds:
    """WSGI middleware: names every request, and sends the name in `X-Request-ID` with every answer."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Name the request and pass it on; the name stays with the thread while the answer is sent."""
        name = name_of(environ.get("HTTP_X_REQUEST_ID"))
        request_id.set(name)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> "Any":
            return start_response(status, [*headers, (HEADER, name)], *error)

        return self._application(environ, start)


def name_of(given: str | None) -> str:
    """Return the name that the client gave, if it is 1 to 128 printable ASCII characters, else a new one."""
    return given if given and _FITTING.fullmatch(given) else f"{_bits(128):032x}"
