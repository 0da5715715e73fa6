"""waitress, set up for many polling clients beside one punctual thread."""

import errno
import logging
import socket
import sys
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.server import MultiSocketServer, TcpWSGIServer

from ingest_service.clock import NANOSECONDS, Clock, SystemClock
from ingest_service.listening import listen
from ingest_service.open_files import MOST_CONNECTIONS
from ingest_service.web.http.channel import Channel
from ingest_service.web.http.connections import RESERVE, Connections
from ingest_service.web.http.lanes import Lanes
from ingest_service.web.http.parser import ParkedBodies
from ingest_service.web.http.tasks import resumable

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)

# Of large bodies that wait in files for a thread, or for their rest; each counts a megabyte at least.
PARKED_BYTES = 512 * 1_048_576
# Without a free descriptor, accepting again at once would only burn the processor.
BREATHER = NANOSECONDS
# In one round of the loop; fewer than the connections that there is room for beyond the limit.
ACCEPTED_AT_ONCE = RESERVE // 2
DEFAULT_KEEPALIVE_SECONDS = 75.0

OPTIONS: dict[str, Any] = {
    # A large submission arrives in large pieces; others are read in between.
    "recv_bytes": 32_768,
    # select() cannot watch more than 1024 connections.
    "asyncore_use_poll": True,
    # With the default of 1 its I/O thread spins on a lock under keep-alive connections: a tenth of the speed.
    "send_bytes": 18_000,
    # A large answer is held back until its reader has taken what is there; the default holds 16 MB of each.
    "outbuf_high_watermark": 262_144,
    # A body of more bytes is put into a file: two thousand connections must not hold more in memory.
    "inbuf_overflow": 65_536,
    # The head of a request; all of it is parsed at once, by the one thread that reads.
    "max_request_header_size": 32_768,
    # X-Forwarded-Host is read where a wrong one does no harm.
    "clear_untrusted_proxy_headers": False,
}


class Server(TcpWSGIServer):
    """Listens on one address. `clock`, `bodies` and `connections` are shared with the other addresses."""

    channel_class = Channel

    # Attributes of waitress that its stubs do not have.
    effective_host: str
    effective_port: str

    def __init__(
        self, *args: Any, clock: Clock, bodies: ParkedBodies, connections: Connections, **kw: Any
    ) -> None:
        self.clock = clock
        self.bodies = bodies
        self.connections = connections
        self._accepts_from = clock.now()
        self._more_wait = False
        super().__init__(*args, **kw)
        # If it were closed, threads would go on writing to its descriptor, whatever has that number by then.
        self.trigger.handle_error = self.handle_error  # type: ignore[attr-defined] # the stubs say a number

    def readable(self) -> bool:
        """Return whether it accepts connections now; called in every round of the loop."""
        self.connections.check()
        return super().readable() and self.clock.now() >= self._accepts_from

    def maintenance(self, now: float) -> None:
        """Do nothing: `Connections.check` closes connections, by the monotonic clock."""

    def accept(self) -> Any:
        """Accept a connection; rest for a moment where there are no descriptors left."""
        try:
            accepted = super().accept()
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                raise
            log.warning("cannot accept a connection: %s", error)
            self._accepts_from = self.clock.now() + BREATHER
            accepted = None
        self._more_wait = accepted is not None
        return accepted

    def handle_error(self) -> None:
        """Log an unexpected error and rest: waitress would listen no more. Raises a MemoryError again."""
        if isinstance(sys.exception(), MemoryError):
            raise
        log.exception("the server failed unexpectedly")
        self._accepts_from = self.clock.now() + BREATHER

    def handle_accept(self) -> None:
        """Accept some connections, and make room for the next: a crowd must not keep others waiting for long."""
        self._more_wait = True
        for _ in range(ACCEPTED_AT_ONCE):
            super().handle_accept()
            if not self._more_wait:
                return
            self.connections.make_room()


def make_server(
    application: "WSGIApplication",
    host: str,
    port: int,
    max_body: int,
    keepalive_seconds: float = DEFAULT_KEEPALIVE_SECONDS,
    connections: int = MOST_CONNECTIONS,
) -> Any:
    """Return a waitress server that listens; its `run` blocks, in this thread, until SystemExit or Ctrl-C.

    A body over `max_body` bytes is refused while it arrives. A connection may be idle for `keepalive_seconds`, and
    no more than `connections` are open at once. Raises OSError where it cannot listen.
    """
    listening = listen(host, port)
    settings = Adjustments(
        sockets=listening, max_request_body_size=max_body, connection_limit=connections, **OPTIONS
    )
    watched: dict[int, Any] = {}
    clock = SystemClock()
    lanes = Lanes(clock)
    shared: dict[str, Any] = {
        "clock": clock,
        "bodies": ParkedBodies(max(PARKED_BYTES, 2 * max_body)),
        "connections": Connections(watched, connections, round(keepalive_seconds * NANOSECONDS), clock),
    }
    servers = [_server(resumable(application), watched, lanes, settings, one, shared) for one in listening]
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    return servers[0] if len(servers) == 1 else _together(servers, watched, settings, lanes)


def _together(servers: list[Server], watched: dict[int, Any], settings: Adjustments, lanes: Lanes) -> Any:
    """Return what runs the servers of several sockets in one thread."""
    addresses = [(server.effective_host, server.effective_port) for server in servers]
    return MultiSocketServer(watched, settings, addresses, lanes, servers[0].log_info)  # type: ignore[arg-type]


def _server(
    application: "WSGIApplication",
    watched: dict[int, Any],
    lanes: Lanes,
    settings: Adjustments,
    listening: socket.socket,
    shared: dict[str, Any],
) -> Server:
    """Return the server of one socket that listens."""
    address = (listening.family, listening.type, listening.proto, listening.getsockname())
    return Server(
        application,
        watched,
        _sock=listening,
        dispatcher=lanes,
        adj=settings,
        sockinfo=address,
        bind_socket=False,
        **shared,
    )
