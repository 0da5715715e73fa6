"""Clients that are hostile, or merely slow."""

import resource
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.processes.client import HOST

Connections = list[socket.socket]
CLUSTER = 20
# Linux: what is closed in this mode sends nothing.
TCP_REPAIR = 19
ESTABLISHED = "01"
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


def trickle(opened: Connections, pieces: Iterable[bytes], seconds: float) -> None:
    """Send a piece on every connection, again and again, spread over this time."""
    for piece in pieces:
        for start in range(0, len(opened), CLUSTER):
            send_all(opened[start : start + CLUSTER], piece)
            time.sleep(seconds * CLUSTER / max(len(opened), CLUSTER))


def vanish(opened: Connections) -> None:
    """Close the connections and send nothing of it, as where a machine dies. Needs the rights of root."""
    for connection in opened:
        connection.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        connection.close()


def still_open(opened: Connections) -> int:
    """Return the number of connections that the server has not closed; what it has sent is thrown away."""
    return sum(1 for connection in opened if drained(connection)[1])


def established(opened: Connections, port: int) -> int:
    """Return the number of connections to a port of this machine that neither end has closed. Linux."""
    server, clients = f":{port:04X}", {f":{connection.getsockname()[1]:04X}" for connection in opened}
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(
        1
        for _, local, remote, state, *_ in rows
        if local.endswith(server) and remote[-5:] in clients and state == ESTABLISHED
    )


def answers(opened: Connections) -> list[bytes]:
    """Return what the server has sent on each connection, where it has sent anything."""
    return [sent for sent, _ in map(drained, opened) if sent]


def drained(connection: socket.socket) -> tuple[bytes, bool]:
    """Return what has come, and whether more may come. Does not wait."""
    connection.setblocking(False)
    sent = b""
    with suppress(ConnectionError):
        try:
            while piece := connection.recv(1_000_000):
                sent += piece
        except BlockingIOError:
            return sent, True
    return sent, False


def allow_files(count: int) -> None:
    """Let this process open that many files."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, max(hard, count)))
