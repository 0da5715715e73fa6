"""Requests that let the dispatcher go first."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class GivingWay:
    """WSGI middleware: calls `give_way`, which may block for a moment, before it passes a request on."""

    def __init__(self, application: "WSGIApplication", give_way: Callable[[], None]) -> None:
        self._application = application
        self._give_way = give_way

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Give way, and pass the request on."""
        self._give_way()
        return self._application(environ, start_response)
