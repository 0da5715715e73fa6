"""The connection of one request, as a behaviour uses it: raw bytes out, and whether the client is still there."""

import select
import socket
import struct
from math import ceil

from ingest_service.upstreams.fake.arrival_log import ArrivalLog

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def is_disconnected(client: socket.socket, seconds: float | None = 0) -> bool:
    """Block until the client closes its side, for at most this time (None: for ever); return whether it did."""
    # Elsewhere than on Linux any readable byte counts as a disconnect; clients that wait for an answer send none.
    if not hasattr(select, "poll"):
        readable, _, _ = select.select([client], [], [], seconds)
        return bool(readable)
    poll = select.poll()
    poll.register(client, getattr(select, "POLLRDHUP", select.POLLIN))
    return bool(poll.poll(None if seconds is None else ceil(seconds * 1000)))


class Connection:
    """The connection on which one request came. Only the thread that serves this connection uses it.

    A behaviour ends with `finish`, `close` or `reset`. If it just returns, the connection is closed. All methods
    that send or wait raise ConnectionError when the client has disconnected or the upstream stops: let it pass.
    """

    def __init__(self, client: socket.socket, log: ArrivalLog, number: int) -> None:
        self._client = client
        self._log = log
        self._number = number
        self.finished = False

    def begin(self, status: int) -> None:
        """Record the status of the answer whose first byte is sent next."""
        self._log.begin(self._number, status)

    def send(self, piece: bytes) -> None:
        """Send a piece that is not the last. Blocks while the client does not read."""
        self._client.sendall(piece)

    def finish(self, piece: bytes) -> None:
        """Send the last piece; the connection stays open for the next request."""
        self._log.end(self._number)
        self.send(piece)
        self.finished = True

    def close(self) -> None:
        """End the request: the connection is closed (FIN) as soon as the behaviour returns."""
        self._log.end(self._number)

    def reset(self) -> None:
        """End the request: the connection is reset (RST) as soon as the behaviour returns."""
        self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.close()

    def wait(self, seconds: float | None) -> None:
        """Block for this time, rounded up to a millisecond; None: for ever."""
        if is_disconnected(self._client, seconds):
            raise ConnectionAbortedError("the client has disconnected, or the upstream stops")
