"""A service whose process stands still for a while, as the upstream sees it: no burst afterwards."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

import pytest

from ingest_service.upstreams.fake import FakeUpstream, ok, slow
from tests.processes.client import Client
from tests.processes.running import WSGI, Running, settings
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

INTERVAL = 0.3
SLOT = 3
# Nothing may end by time-out only because the process stood still.
TIMEOUT_SECONDS = "60"
USUAL, LONG = (0.1, 0.4, 3), (0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 8, 12, 20, 30)


@contextmanager
def hogged_cores() -> Iterator[int]:
    """Keep every core busy during the block, with two processes each; their number."""
    command = [sys.executable, "-c", "while True: pass"]
    hogs = [subprocess.Popen(command) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        yield len(hogs)
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


@pytest.fixture
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream(SLOT, INTERVAL, slow(0.05, ok())) as upstream:
        yield upstream


@pytest.fixture
def served(upstream: FakeUpstream, tmp_path: Path) -> Iterator[Running]:
    """A service with a long backlog that has opened its first slot."""
    environ = settings(
        tmp_path,
        INGEST_UPSTREAM_URL=upstream.url,
        INGEST_UPSTREAM_TIMEOUT_SECONDS=TIMEOUT_SECONDS,
        INGEST_INTERVAL_SECONDS=str(INTERVAL),
    )
    with Running(WSGI, environ, tmp_path / "log") as served, Client(int(environ["INGEST_PORT"])) as client:
        served.until_healthy()
        client.submit(range(1, 10_000), "MEDIUM")
        eventually(lambda: len(upstream.arrivals) > 0)
        yield served


def called_more(upstream: FakeUpstream, before: int) -> bool:
    return len(upstream.arrivals) >= before + 3 * SLOT


def test_after_a_process_stood_still_there_is_no_burst(
    served: Running,
    upstream: FakeUpstream,
    scale: Callable[[int, int], int],
    figure: Callable[[str, str, str], None],
) -> None:
    chance, stops = Random(1), list(LONG * 3 if scale(0, 1) else USUAL)
    chance.shuffle(stops)
    with hogged_cores() as hogs:
        for seconds in stops:
            time.sleep(chance.uniform(0, INTERVAL))
            served.send(signal.SIGSTOP)
            time.sleep(seconds)
            before = len(upstream.arrivals)
            served.send(signal.SIGCONT)
            eventually(partial(called_more, upstream, before))
    assert served.stop() == 0
    assert upstream.most_in_a_span() == SLOT
    assert upstream.refused == 0
    assert upstream.most_in_work() == SLOT
    figure(
        "SIGSTOP and SIGCONT, all cores hogged",
        f"{len(stops)} stops of {min(stops)} to {max(stops)} s, {hogs} busy processes",
        f"at most {upstream.most_in_a_span()} calls in any interval of {len(upstream.arrivals)} calls",
    )
