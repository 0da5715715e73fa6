"""The whole service and its HTTP server in this process, with an upstream that stamps every arrival."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from benchmarks.serving import HOST
from ingest_service.app import create_app
from ingest_service.clock import SystemClock
from ingest_service.config import Settings
from ingest_service.dispatcher import Dispatcher
from ingest_service.ledger import Outcome
from ingest_service.service import Service
from ingest_service.side_by_side import in_threads
from ingest_service.slots import EmbeddedSlots, Pace
from ingest_service.stores.sqlite import SqliteStore
from ingest_service.web.server import make_server


class Stamps:
    """Fits the port `Fetcher`: stamps the arrival of every call and answers after a millisecond."""

    def __init__(self) -> None:
        self.arrivals: list[int] = []

    def fetch(self, record_id: int) -> Outcome:
        """Stamp and answer."""
        self.arrivals.append(time.monotonic_ns())
        time.sleep(0.001)
        return Outcome(record_id)


@contextmanager
def served(path: Path, fetcher: Stamps, interval: int) -> Iterator[tuple[Service, int]]:
    """Run a service whose slots are `interval` nanoseconds apart; yield it and its port."""
    clock = SystemClock()
    store = SqliteStore(path, clock)
    slots = EmbeddedSlots(store, clock, Pace(3, interval, 0))
    service = Service(store, slots, Dispatcher(slots, fetcher, clock, in_threads), 3)
    server = make_server(create_app(service, Settings.from_environ({})), HOST, 0, 1_000_000)
    Thread(target=server.run, daemon=True).start()
    service.start()
    yield service, server.effective_port
    time.sleep(0.5)  # for the answers to what was asked last
    server.close()
    service.stop()
