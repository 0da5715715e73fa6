"""The one who asked, as a behaviour sees it: raw bytes out, and whether anybody is still there."""

import select
import socket
import struct
from math import ceil

from tests.fake_upstream.book import Book

# Elsewhere than on Linux any readable byte counts as leaving; clients that wait for an answer send none.
_LEFT = getattr(select, "POLLRDHUP", select.POLLIN)
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def has_left(connection: socket.socket, seconds: float | None = 0) -> bool:
    """Block until the other side closes, even if only for sending, at most so long (None: for ever)."""
    poll = select.poll()
    poll.register(connection, _LEFT)
    return bool(poll.poll(None if seconds is None else ceil(seconds * 1000)))


class Peer:
    """The other side of one request; only the thread of its connection uses it.

    A behaviour ends with `finish`, `leave` or `reset`. One that just returns leaves, too. Everything that sends or
    waits raises ConnectionError when the peer has left or the upstream stops: let it pass.
    """

    def __init__(self, connection: socket.socket, book: Book, number: int) -> None:
        self._connection = connection
        self._book = book
        self._number = number
        self.finished = False

    def begin(self, status: int) -> None:
        """Note the status of the answer whose first byte is sent next."""
        self._book.begin(self._number, status)

    def send(self, piece: bytes) -> None:
        """Send a piece that is not the last. Blocks while the peer does not read."""
        self._connection.sendall(piece)

    def finish(self, piece: bytes) -> None:
        """Send the last piece; the connection stays open for the next request."""
        self._book.end(self._number)
        self.send(piece)
        self.finished = True

    def leave(self) -> None:
        """End here: the connection is closed (FIN) as soon as the behaviour returns."""
        self._book.end(self._number)

    def reset(self) -> None:
        """End here: the connection is reset (RST) as soon as the behaviour returns."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.leave()

    def wait(self, seconds: float | None) -> None:
        """Block so long, in steps of a millisecond, rounded up; None for ever."""
        if has_left(self._connection, seconds):
            raise ConnectionAbortedError("the peer has left, or the upstream stops")
