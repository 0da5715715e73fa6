"""Clients that are hostile, or merely slow."""

import resource
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from tests.processes.client import HOST

Connections = list[socket.socket]
WHOLE = b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n"


@contextmanager
def connections(port: int, count: int, receive_bytes: int | None = None) -> Iterator[Connections]:
    """Open connections, and close them in the end."""
    opened: Connections = []
    try:
        for _ in range(count):
            opened.append(connect(port, receive_bytes))
        yield opened
    finally:
        for connection in opened:
            connection.close()


def connect(port: int, receive_bytes: int | None = None) -> socket.socket:
    connection = socket.socket()
    if receive_bytes is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    connection.settimeout(10)
    connection.connect((HOST, port))
    return connection


def send_all(opened: Connections, data: bytes) -> None:
    """Send the same on every connection, whether or not it is still open."""
    for connection in opened:
        with suppress(OSError):
            connection.sendall(data)


def trickle(opened: Connections, data: Iterable[bytes], seconds: float) -> None:
    """Send a piece on every connection, again and again, with this time in between."""
    for piece in data:
        send_all(opened, piece)
        time.sleep(seconds)


def still_open(opened: Connections) -> int:
    """Return the number of connections that the server has not closed; what it has sent is thrown away."""
    return sum(map(is_open, opened))


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        while connection.recv(1_000_000):
            pass
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def allow_files(count: int) -> None:
    """Let this process open that many files."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, max(hard, count)))
