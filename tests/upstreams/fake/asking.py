"""Clients of the fake upstream, and doubles for its clock and its connections."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse

from ingest_service.upstreams.fake import (
    Arrival,
    Behaviour,
    Connection,
    FakeUpstream,
)

PATIENCE = 30.0  # seconds: only a broken test waits so long
MANY = 1_000_000
AN_ARRIVAL = Arrival(1, 5, 1, opened_ns=0, started_ns=0, headers={}, refused=False)


class StillClock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.time = 1_000

    def __call__(self) -> int:
        return self.time


class RecordingConnection(Connection):
    """Connection that records what is sent and how long it is to wait, and does neither."""

    def __init__(self) -> None:
        self.steps: list[bytes | float | None] = []

    def begin(self, status: int) -> None:
        assert status == 200

    def send(self, piece: bytes) -> None:
        self.steps.append(piece)

    def finish(self, piece: bytes) -> None:
        self.steps.append(piece)

    def wait(self, seconds: float | None) -> None:
        self.steps.append(seconds)


def port_of(upstream: FakeUpstream) -> int:
    return int(upstream.url.split(":")[2].split("/")[0])


@contextmanager
def connected(upstream: FakeUpstream) -> Iterator[HTTPConnection]:
    with closing(HTTPConnection("127.0.0.1", port_of(upstream), timeout=PATIENCE)) as connection:
        yield connection


def ask(upstream: FakeUpstream, path: str = "/items/5") -> tuple[HTTPResponse, bytes]:
    with connected(upstream) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response, response.read()


def codes(upstream: FakeUpstream, ids: list[int]) -> list[int]:
    return [ask(upstream, f"/items/{record_id}")[0].status for record_id in ids]


@contextmanager
def asked(upstream: FakeUpstream, request: bytes = b"GET /items/5 HTTP/1.1\r\n\r\n") -> Iterator[socket.socket]:
    """Yield the raw connection on which this was just sent."""
    with socket.create_connection(("127.0.0.1", port_of(upstream)), timeout=PATIENCE) as connection:
        connection.sendall(request)
        yield connection


def read_into(received: bytearray, connection: socket.socket) -> None:
    for piece in iter(lambda: connection.recv(65_536), b""):
        received += piece


def everything(connection: socket.socket) -> bytes:
    received = bytearray()
    read_into(received, connection)
    return bytes(received)


@contextmanager
def behaving(behaviour: Behaviour) -> Iterator[FakeUpstream]:
    with FakeUpstream(rate=MANY, behaviour=behaviour) as upstream:
        yield upstream


def await_arrivals(upstream: FakeUpstream, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(upstream.arrivals) < count:
        assert time.monotonic() < deadline
        time.sleep(0.001)
