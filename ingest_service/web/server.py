"""waitress, set up for many polling clients beside one punctual thread."""

import logging
import resource
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask

from ingest_service.web.errors import error_body

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Each thread may have a connection to the database (three files).
FILES_BESIDE_CONNECTIONS = 500

OPTIONS: dict[str, Any] = {
    # They also bound how many submissions share one commit; more of them only make the slowest answers slower.
    "threads": 32,
    # A large submission arrives in large pieces.
    "recv_bytes": 262_144,
    "connection_limit": 2000,
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
    """Answers what waitress itself refuses (malformed requests, bodies over its limit) in our error shape."""

    def execute(self) -> None:
        """Write the error as JSON and close the connection."""
        error = self.channel.requests[0].error
        assert error is not None, "this task exists for a request that was refused"
        body = error_body(error.reason.capitalize(), {"request": [error.body]}).encode()
        self.status = f"{error.code} {error.reason}"
        self.content_length = len(body)
        self.response_headers = [("Content-Type", "application/json")]
        self.set_close_on_finish()
        self.write(body)


class JsonErrorChannel(HTTPChannel):
    """A connection that answers in JSON, always."""

    error_task_class = JsonErrorTask


def make_server(application: "WSGIApplication", host: str, port: int, max_body: int) -> Any:
    """Return a waitress server that listens; its `run` blocks, in this thread, until SystemExit or Ctrl-C.

    A body over `max_body` bytes is refused while it arrives. Raises OSError where it cannot listen.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    _allow_open_files(OPTIONS["connection_limit"] + FILES_BESIDE_CONNECTIONS)
    sockets: dict[int, Any] = {}
    server = create_server(
        application, map=sockets, host=host, port=port, max_request_body_size=max_body, **OPTIONS
    )
    for listening in sockets.values():
        if isinstance(listening, BaseWSGIServer):
            listening.channel_class = JsonErrorChannel
    return server


def _allow_open_files(count: int) -> None:
    """Raise this process's limit of open files to `count`, or as near to it as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
