"""An honest client beside an attack, and what it sees of it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from itertools import pairwise
from threading import Event, Thread
from uuid import uuid4

from tests.faults.flooded import INTERVAL_SECONDS, Flooded
from tests.processes.client import GONE, HOST
from tests.processes.waiting import comes_true

TIMEOUT_SECONDS = 10.0
PAUSE_SECONDS = 0.1
# Generous; the figures show more.
MOST_SECONDS = 5.0
LATEST_SECONDS = 2.0
MOST_MEGABYTES = 200
LEAST_SLOTS = 3
CLOSED = (ConnectionResetError, BrokenPipeError)
BODY = json.dumps({"ids": [1, 2, 3], "priority": "HIGH"}).encode()
Request = tuple[str, str, bytes | None]
REQUESTS: tuple[Request, ...] = (
    ("POST", "/ingest", BODY),
    ("GET", "/ingestions?limit=5", None),
    ("GET", "/health", None),
)


@dataclass
class Seen:
    """Observations of an honest client during an attack, in seconds and megabytes.

    `slots` has the times of the slots since it began, as the upstream saw their first calls. `again` counts the
    requests that were sent twice. `logged` is what the service has logged meanwhile.
    """

    seconds: list[float] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    again: int = 0
    slots: list[float] = field(default_factory=list)
    grown: float = 0
    logged: str = ""

    @property
    def slowest(self) -> float:
        """The 99th percentile of the times until an answer."""
        return sorted(self.seconds)[len(self.seconds) * 99 // 100]

    @property
    def latest(self) -> float:
        """The most by which a slot opened later than it could."""
        return max(later - before for before, later in pairwise(self.slots)) - INTERVAL_SECONDS

    def __str__(self) -> str:
        again = f" ({self.again} when they were sent again)" if self.again else ""
        return (
            f"{len(self.seconds)} requests, all answered{again}, p99 {1000 * self.slowest:.0f} ms; "
            f"{len(self.slots)} slots, late by {1000 * self.latest:.0f} ms at most; memory +{self.grown:.0f} MB"
        )

    def assert_served(self, *, in_time: bool, most_megabytes: float = MOST_MEGABYTES) -> None:
        """Assert that every honest request was answered and the slots went on; `in_time` on a quiet machine."""
        assert self.unanswered == []
        assert len(self.slots) >= LEAST_SLOTS
        assert self.grown < most_megabytes
        assert "Traceback" not in self.logged
        assert not in_time or (self.slowest < MOST_SECONDS and self.latest < LATEST_SECONDS)


@contextmanager
def honest(service: Flooded) -> Iterator[Seen]:
    """Ask the service all the time during the block, and until a few slots have opened; all is known after it."""
    seen, ended = Seen(), Event()
    began, before, printed = time.monotonic_ns(), service.megabytes, len(service.running.printed)
    threads = [Thread(target=_ask, args=[seen, ended, service.port, request]) for request in REQUESTS]
    for thread in threads:
        thread.start()
    try:
        yield seen
        seen.grown = service.megabytes - before
        comes_true(lambda: len(_slots(service, began)) >= LEAST_SLOTS, 20)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
        seen.slots = _slots(service, began)
        seen.logged = service.running.printed[printed:]


def _ask(seen: Seen, ended: Event, port: int, request: Request) -> None:
    connection = HTTPConnection(HOST, port, timeout=TIMEOUT_SECONDS)
    while not ended.wait(PAUSE_SECONDS):
        began = time.monotonic()
        try:
            answer = _answer(seen, connection, request, {"Idempotency-Key": str(uuid4())})
            answer.read()
            assert answer.status == 200, answer.status
        except (*GONE, AssertionError) as error:
            seen.unanswered.append(f"{request[:2]}: {error!r}")
            connection.close()
        seen.seconds.append(time.monotonic() - began)
    connection.close()


def _answer(seen: Seen, connection: HTTPConnection, request: Request, headers: dict[str, str]) -> HTTPResponse:
    """Ask, and once more if the server has closed the kept connection, as RFC 9112, 9.3.1, lets clients do.

    The key makes that safe for a submission, too.
    """
    is_kept = connection.sock is not None
    try:
        connection.request(*request, headers)
        return connection.getresponse()
    except CLOSED:
        connection.close()
        if not is_kept:
            raise
        seen.again += 1
        return _answer(seen, connection, request, headers)


def _slots(service: Flooded, since: int) -> list[float]:
    """Return the times of the first calls of slots: there is half an interval without a call before each."""
    times = [at / 1e9 for _, at in service.upstream.arrivals() if at > since]
    pairs = pairwise([0.0, *times])
    return [later for before, later in pairs if later - before > INTERVAL_SECONDS / 2]
