"""An honest client beside an attack, and what it sees of it."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

from tests.processes.client import GONE, HOST
from tests.processes.running import Running

INTERVAL_SECONDS = 0.5
TIMEOUT_SECONDS = 10.0
PAUSE_SECONDS = 0.1
# Generous, for a machine that others use, too; the figures are printed.
MOST_SECONDS = 5.0
LATEST_SECONDS = 2.0
BODY = json.dumps({"ids": [1, 2, 3], "priority": "HIGH"}).encode()
REQUESTS = (("POST", "/ingest", BODY), ("GET", "/ingestions?limit=5", None), ("GET", "/health", None))


@dataclass
class Seen:
    """Observations of an honest client during an attack, in seconds and megabytes."""

    seconds: list[float] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    grown: float = 0

    @property
    def slowest(self) -> float:
        """The 99th percentile of the times until an answer."""
        return sorted(self.seconds)[len(self.seconds) * 99 // 100]

    @property
    def latest(self) -> float:
        """The most by which a slot opened later than it could."""
        return max(self.gaps) - INTERVAL_SECONDS

    def __str__(self) -> str:
        middle = sorted(self.seconds)[len(self.seconds) // 2]
        return (
            f"{len(self.seconds)} honest requests, {len(self.unanswered)} without an answer, "
            f"p50 {1000 * middle:.0f} ms, p99 {1000 * self.slowest:.0f} ms; {len(self.gaps)} slots, "
            f"late by {1000 * self.latest:.0f} ms at most; memory +{self.grown:.0f} MB"
        )


@contextmanager
def honest(running: Running, port: int, database: Path) -> Iterator[Seen]:
    """Ask the service all the time during the block; what was seen is complete after it."""
    seen, ended = Seen(), Event()
    began, before = time.monotonic_ns(), memory(running)
    threads = [Thread(target=ask, args=[seen, ended, port, request]) for request in REQUESTS]
    for thread in threads:
        thread.start()
    try:
        yield seen
        seen.grown = memory(running) - before
    finally:
        ended.set()
        for thread in threads:
            thread.join()
        seen.gaps = gaps(database, began)


def ask(seen: Seen, ended: Event, port: int, request: tuple[str, str, bytes | None]) -> None:
    connection = HTTPConnection(HOST, port, timeout=TIMEOUT_SECONDS)
    while not ended.wait(PAUSE_SECONDS):
        began = time.monotonic()
        try:
            connection.request(*request)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
        except (*GONE, AssertionError) as error:
            seen.unanswered.append(f"{request[:2]}: {error!r}")
            connection.close()
        seen.seconds.append(time.monotonic() - began)
    connection.close()


def gaps(database: Path, since: int) -> list[float]:
    """Return the seconds between the slots that were opened since a monotonic time."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT opened FROM slots WHERE opened > ? ORDER BY number", [since])
        opened = [row[0] for row in rows]
    return [(later - before) / 1e9 for before, later in pairwise(opened)]


def memory(running: Running) -> float:
    """Return the megabytes that the process has in memory."""
    status = Path(f"/proc/{running._process.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def assert_served(seen: Seen, say: Callable[[str], None], attack: str) -> None:
    """Assert that every honest request was answered in time and the slots went on; print the figures."""
    say(f"{attack}: {seen}")
    assert seen.unanswered == []
    assert len(seen.gaps) > 0
    assert seen.slowest < MOST_SECONDS
    assert seen.latest < LATEST_SECONDS
