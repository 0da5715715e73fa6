"""The whole service and its HTTP server in this process, with an upstream that stamps every arrival."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from benchmarks.ports import HOST
from ingest_service.app import assemble, create_app
from ingest_service.clock import SystemClock, has_passed
from ingest_service.config import Settings
from ingest_service.domain.ledger import NOT_CALLED, Answer, Call
from ingest_service.metrics import Metrics
from ingest_service.service import Service
from ingest_service.web.http.server import make_server


class Stamps:
    """Fits the port `Fetcher`: stamps the arrival of every call and answers after a millisecond."""

    def __init__(self) -> None:
        self.arrivals: list[int] = []

    def fetch(self, _: int, until: int | None) -> Call:
        """Stamp and answer."""
        if has_passed(SystemClock(), until):
            return NOT_CALLED
        arrived = time.monotonic_ns()
        self.arrivals.append(arrived)
        time.sleep(0.001)
        return Call(arrived, Answer("null"))


@contextmanager
def served(settings: Settings, fetcher: Stamps) -> Iterator[tuple[Service, int]]:
    """Run a service around this upstream; yield it and its port."""
    service = assemble(settings, SystemClock(), fetcher, Metrics())
    server = make_server(create_app(service, settings), HOST, 0, 1_000_000)
    Thread(target=server.run, daemon=True).start()
    service.start()
    yield service, server.effective_port
    time.sleep(0.5)  # for the answers to what was asked last
    server.close()
    service.stop()
