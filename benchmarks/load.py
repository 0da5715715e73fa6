"""A client that keeps many connections busy from one thread and so costs a fraction of what the server does."""

import re
import socket
import time
from selectors import EVENT_READ, DefaultSelector

from benchmarks.ports import HOST

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_GOOD = (b"HTTP/1.1 200", b"HTTP/1.1 304")


class _Connection:
    """A keep-alive connection that repeats one request."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=30)
        self._request = request
        self._send()

    def receive(self) -> float | None:
        """Read what has come; if that completes an answer, ask again and return the answer's latency."""
        piece = self.socket.recv(65_536)
        self._answer += piece
        if not piece or not self._answer.startswith(_GOOD):
            raise ConnectionError(f"the server answered {self._answer[:80]!r}")
        if not _whole(self._answer):
            return None
        latency = time.perf_counter() - self._sent
        self._send()
        return latency

    def _send(self) -> None:
        self._answer = b""
        self._sent = time.perf_counter()
        self.socket.sendall(self._request)


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """Return a request as it goes over the wire; a header has its name with underscores here."""
    sent = {"Host": HOST, "Content-Length": str(len(body))}
    if body:
        sent["Content-Type"] = "application/json"
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def latencies(port: int, asked: bytes, connections: int, for_seconds: float) -> list[float]:
    """Repeat a request on every connection and return the seconds that each answer took."""
    taken: list[float] = []
    deadline = time.perf_counter() + for_seconds
    opened = [_Connection(port, asked) for _ in range(connections)]
    with DefaultSelector() as selector:
        for connection in opened:
            selector.register(connection.socket, EVENT_READ, connection)
        while (left := deadline - time.perf_counter()) > 0:
            answers = [key.data.receive() for key, _ in selector.select(left)]
            taken += [latency for latency in answers if latency is not None]
    for connection in opened:
        connection.socket.close()
    return taken


def _whole(answer: bytes) -> bool:
    head, blank, body = answer.partition(b"\r\n\r\n")
    if not blank:
        return False
    length = _LENGTH.search(head)
    return head.startswith(_GOOD[1]) if length is None else len(body) >= int(length[1])
