"""HttpUpstream for tests, and servers that are rawer than the fake upstream."""

import os
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import Self

import requests

from ingest_service.clock import NANOSECONDS, Clock, SystemClock
from ingest_service.domain.ledger import Answer
from ingest_service.spare_threads import SpareThreads
from ingest_service.upstream_request import UpstreamRequest
from ingest_service.upstreams.cancellable import CancellableAdapter, CancellableCall, of_this_thread
from ingest_service.upstreams.certificates import Trust
from ingest_service.upstreams.fake import Arrival, Behaviour, Connection
from ingest_service.upstreams.http import HttpUpstream

PATIENCE = 20.0  # seconds: only a broken test waits so long
SOON = 5.0  # seconds: what is cut off after a moment ends long before, even on a busy machine
MOMENT = 0.1
TOO_LATE = Answer(error=f"no whole answer within {MOMENT} s", retryable=True)
PROCESSED = Answer('{"id":5,"data":"processed"}', status=200)
GOOD_RESPONSE = b'HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n{"id":5,"data":"processed"}'
MANY = 1_000_000


def http_upstream(
    url: str,
    timeout: float = PATIENCE,
    headers: Mapping[str, str] | Callable[[], Mapping[str, str]] = MappingProxyType({}),
    clock: Clock | None = None,
    proxy: str | None = None,
    method: str = "GET",
    body: str = "",
    threads: SpareThreads | None = None,
) -> HttpUpstream:
    request = UpstreamRequest(url, method, body)
    nanoseconds = round(timeout * NANOSECONDS)
    return HttpUpstream(
        request,
        headers if callable(headers) else lambda: headers,
        nanoseconds,
        clock or SystemClock(),
        Trust(os.environ),
        proxy,
        threads or SpareThreads(),
    )


class SteppedClock(SystemClock):
    """A clock whose fence moves only when the test sets it."""

    def __init__(self, fence: int) -> None:
        self.stands_at = fence

    def fence(self) -> int:
        return self.stands_at


def raw(answer: bytes) -> Behaviour:
    """Send these bytes and leave the connection open."""

    def play(_arrival: Arrival, connection: Connection) -> None:
        connection.send(answer)
        connection.wait(None)

    return play


@contextmanager
def listening(converse: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve one connection, received into little room, in a thread; give the URL template."""

    def accept() -> None:
        connection, _ = listener.accept()
        with connection:
            converse(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield template(listener)
        finally:
            thread.join()


class Abandoned:
    """A long request that is cancelled while it arrives; `wrap` makes the connection that is read.

    `broke_off` is whether the rest was lost, and not delivered after the cancellation.
    """

    def __init__(self, wrap: Callable[[socket.socket], socket.socket] = lambda connection: connection) -> None:
        self._wrap = wrap
        self._begun, self._cancelled = threading.Event(), threading.Event()
        self.broke_off = False

    def converse(self, connection: socket.socket) -> None:
        """Read a byte, and the rest after the cancellation."""
        with self._wrap(connection) as peer:
            assert peer.recv(1)
            # More of it has come, and the rest of that finds no room.
            assert socket.socket.recv(peer, 1, socket.MSG_PEEK)
            self._begun.set()
            assert self._cancelled.wait(PATIENCE)
            try:
                # As the bytes come, also over TLS, which takes a reset for an end.
                while socket.socket.recv(peer, 65_536):
                    pass
            except ConnectionResetError:
                self.broke_off = True

    def send_to(self, url: str) -> None:
        """Send the request, and cancel it."""
        call = CancellableCall(time.monotonic_ns)
        sender = threading.Thread(target=self._send, args=[call, url])
        sender.start()
        assert self._begun.wait(PATIENCE)
        call.cancel()
        sender.join()
        self._cancelled.set()

    def _send(self, call: CancellableCall, url: str) -> None:
        of_this_thread(call)
        with requests.Session() as session, suppress(requests.RequestException):
            for scheme in ("http://", "https://"):
                session.mount(scheme, CancellableAdapter(Trust(os.environ)))
            session.get(url, headers={"X-Long": "x" * 8_000_000}, timeout=PATIENCE)


def template(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}/items/{{id}}"


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began


class Memory:
    """While the block runs, keeps in `peak` how many bytes more than before were in use at most."""

    def __enter__(self) -> Self:
        tracemalloc.start()
        self._before, _ = tracemalloc.get_traced_memory()
        return self

    def __exit__(self, *_: object) -> None:
        tracemalloc.stop()

    @property
    def peak(self) -> int:
        return tracemalloc.get_traced_memory()[1] - self._before
