"""waitress, set up for many polling clients beside one punctual thread."""

import logging
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask, WSGITask

from ingest_service.listening import listen
from ingest_service.open_files import MOST_CONNECTIONS
from ingest_service.web.http.problem import Error, preferred_form
from ingest_service.web.http.request_id import HEADER, name_of, request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

OPTIONS: dict[str, Any] = {
    # They also bound how many submissions share one commit; more of them only make the slowest answers slower.
    "threads": 32,
    # A large submission arrives in large pieces.
    "recv_bytes": 262_144,
    # select() cannot watch more than 1024 connections.
    "asyncore_use_poll": True,
    # With the default of 1 its I/O thread spins on a lock under keep-alive connections: a tenth of the speed.
    "send_bytes": 18_000,
    # A large answer is held back until its reader has taken what is there; the default holds 16 MB of each.
    "outbuf_high_watermark": 1_048_576,
    # Seconds without a byte; the default of 120 makes it easy to hold all connections with slow requests.
    "channel_timeout": 30,
}


class JsonErrorTask(ErrorTask):
    """Answers, in the error shape of the API, requests that got no answer from the application.

    These are requests that waitress refuses (malformed, too large), and those that fail before the first
    piece of an answer that is sent in pieces.
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
        self.response_headers = [("Content-Type", media_type), (HEADER, _name(asked))]
        self.set_close_on_finish()
        self.write(body)


def _name(asked: HTTPRequestParser) -> str:
    """Return the name of a request: of the application in this thread, unless waitress refused the request."""
    known = None if asked.error else request_id.get()
    return known or name_of(asked.headers.get("X_REQUEST_ID"))


class BodilessHeadTask(WSGITask):
    """Answers HEAD without a body (RFC 9110, 9.3.2); waitress would end an unknown length with an empty chunk."""

    def finish(self) -> None:
        """Write what is left of the answer."""
        if not self.wrote_header:
            self.write(b"")
        if self.get_environment()["REQUEST_METHOD"] == "HEAD":
            self.chunked_response = False
        super().finish()


class Channel(HTTPChannel):
    """Connection with these tasks."""

    task_class = BodilessHeadTask
    error_task_class = JsonErrorTask


def make_server(
    application: "WSGIApplication", host: str, port: int, max_body: int, connections: int = MOST_CONNECTIONS
) -> Any:
    """Return a waitress server that listens; its `run` blocks, in this thread, until SystemExit or Ctrl-C.

    A body over `max_body` bytes is refused while it arrives; more than `connections` wait to be accepted. Raises
    OSError where it cannot listen.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    watched: dict[int, Any] = {}
    server = create_server(
        application,
        map=watched,
        sockets=listen(host, port),
        max_request_body_size=max_body,
        connection_limit=connections,
        **OPTIONS,
    )
    for listening in watched.values():
        if isinstance(listening, BaseWSGIServer):
            listening.channel_class = Channel
    return server
