"""Many slots at a short interval, over HTTP, while the server is polled as fast as it answers."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from threading import Event

import pytest

from benchmarks.load import latencies, request
from benchmarks.serving import REAL, ask, serving
from ingest_service.clock import NANOSECONDS
from ingest_service.upstreams.fake import Arrival, FakeUpstream

pytestmark = pytest.mark.slow
log = logging.getLogger(__name__)

WINDOW = 0.1
SLOTS = 200
CONNECTIONS = 8
PATIENCE = 300.0  # seconds: only a broken test waits so long


@contextmanager
def polled(port: int, path: str) -> Iterator[None]:
    """Let a process of its own ask for a path on every connection, again and again, until the block ends."""
    asked = request("GET", path)
    poller = get_context("spawn").Process(target=latencies, args=(port, asked, CONNECTIONS, PATIENCE))
    poller.start()
    try:
        yield
        assert poller.is_alive(), "the polls ended early: there was no load"
    finally:
        poller.terminate()
        poller.join()
        poller.close()


def submitted(port: int) -> str:
    """Submit as many ids as fill the slots; return the path of their status."""
    body = json.dumps({"ids": list(range(1, 3 * SLOTS + 1)), "priority": "LOW"}).encode()
    return f"/status/{json.loads(ask(port, 'POST', '/ingest', body))['ingestion_id']}"


def spacings(arrivals: list[Arrival]) -> list[float]:
    """Return the seconds between the openings of neighbouring slots, each full."""
    openings = sorted(arrival.started_ns for arrival in arrivals)[::3]
    return [(later - first) / NANOSECONDS for first, later in pairwise(openings)]


def test_under_a_load_of_polls_no_span_is_short_and_nothing_is_refused(tmp_path: Path) -> None:
    done = Event()

    def note(arrival: Arrival) -> None:
        if arrival.number == 3 * SLOTS:
            done.set()

    with FakeUpstream(3, WINDOW, on_end=note) as upstream:
        settings = {"INGEST_UPSTREAM_URL": upstream.url, "INGEST_INTERVAL_SECONDS": str(WINDOW)}
        with serving(tmp_path / "ingest.db", *REAL, **settings) as (port, _), polled(port, submitted(port)):
            assert done.wait(PATIENCE)
        seen = sorted(spacings(upstream.arrivals))
        log.info("shortest %.4f s, median %.4f s, longest %.4f s", seen[0], seen[len(seen) // 2], seen[-1])
        assert (upstream.refused, upstream.most_in_a_span()) == (0, 3)
    assert seen[0] >= WINDOW
