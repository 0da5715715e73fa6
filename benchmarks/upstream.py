"""Ids a second through slots of 100 over HTTP to the fake upstream, against urllib3 alone with 100 threads.

The whole service runs in this process with slots a millisecond apart, so the next opens when the calls of the one
before have ended and both of its commits are durable. The fake upstream runs in another process and answers at
once. The service makes a connection for each call, because an upstream may close one that is idle just when it
would be used; so does urllib3 here, and once more with connections that are kept. Read: the first ratio should be
0.8 at least.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from urllib3 import PoolManager

from benchmarks.figure import Figure, show
from benchmarks.measure import here, medians, seconds
from ingest_service.app import build_service
from ingest_service.config import Settings
from ingest_service.domain.model import Priority, Status
from ingest_service.upstreams.fake.server import FakeUpstream

SLOT = 100
SLOTS = 15
IDS = SLOT * SLOTS
ROUNDS = 5
AIM = 0.8
NOTE = (
    "an id takes twice the processor's time of urllib3 alone: one thread makes the call, so that it can be cut "
    "off wherever it is, and another waits for it; one thread for both was only 0.06 better, other switch "
    "intervals were no better; besides, nothing is called during the two commits between slots"
)


def serve(pipe: Connection) -> None:
    """Run the fake upstream without a limit until the pipe ends."""
    with FakeUpstream(rate=IDS * ROUNDS * 10, window=1) as upstream:
        pipe.send(upstream.url)
        pipe.poll(None)


@contextmanager
def upstream() -> Iterator[str]:
    """Run the fake upstream in another process and yield its URL."""
    ours, its = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=[its], daemon=True)
    process.start()
    yield ours.recv()
    ours.send(None)
    process.join()


def through_slots(url: str, folder: str, numbers: Iterator[int]) -> float:
    """Return the seconds that the service takes for the ids, from the first submission to the last outcome."""
    environ = {
        "INGEST_DATABASE_URL": f"sqlite:///{Path(folder).resolve()}/{next(numbers)}.db",
        "INGEST_UPSTREAM_URL": url,
        "INGEST_BATCH_SIZE": str(SLOT),
        "INGEST_INTERVAL_SECONDS": "0.001",
        "INGEST_GUARD_SECONDS": "0",
        "INGEST_LINGER_SECONDS": "0",
    }
    service = build_service(Settings.from_environ(environ))
    service.start()

    def run() -> None:
        ingestion = service.submit(range(1, IDS + 1), Priority.LOW)
        while service.reports.progress(ingestion).status is not Status.COMPLETED:
            time.sleep(0.005)

    took = seconds(run)
    service.stop()
    return took


def alone(url: str, *, keeps: bool) -> float:
    """Return the seconds that urllib3 takes for the ids with a thread for each id of a slot."""
    with PoolManager(maxsize=SLOT) as kept, ThreadPoolExecutor(SLOT) as threads:

        def get(record_id: int) -> bytes:
            address = url.replace("{id}", str(record_id))
            if keeps:
                return kept.request("GET", address).data
            with PoolManager() as pool:
                return pool.request("GET", address).data

        return seconds(lambda: list(threads.map(get, range(1, IDS + 1))))


def figures() -> Iterator[Figure]:
    """Measure."""
    with here() as folder, upstream() as url:
        ways: list[Callable[[], float]] = [
            partial(through_slots, url, folder, count()),
            partial(alone, url, keeps=False),
            partial(alone, url, keeps=True),
        ]
        ours, closing, keeping = medians(ROUNDS, *ways)
    what = f"ids a second in slots of {SLOT} over HTTP ({IDS / ours:.0f})"
    yield Figure(what, "urllib3 with 100 threads", closing / ours, AIM, note=NOTE)
    yield Figure(what, "the same with connections that are kept", keeping / ours)


def main() -> None:
    """Measure and print."""
    show(figures())


if __name__ == "__main__":
    main()
