"""A replica with short times, wired as `ingest_service.app` does, which stops itself where a trap is set.

Run it with `python -m tests.processes.replicas.served`.
"""

import logging
import os
import signal
import sys
import threading
from contextlib import suppress

from ingest_service.app import ReplicaTimes, assemble, create_app
from ingest_service.clock import Clock, SystemClock
from ingest_service.config import Settings
from ingest_service.errors import StoreError
from ingest_service.metrics import Metrics
from ingest_service.open_files import allow_connections
from ingest_service.ports.observer import Observer
from ingest_service.stores.postgres.connections import connect
from ingest_service.stores.postgres.gate import Gate
from ingest_service.upstreams.certificates import Trust
from ingest_service.upstreams.http import HttpUpstream
from ingest_service.web.http.server import make_server
from tests.processes.replicas.looks import LOOKS, LookWriter
from tests.processes.replicas.times import GRANT, POLL, TIMEOUT
from tests.processes.replicas.traps import Trap, Traps


class TrappedClock(SystemClock):
    """Stops where the dispatcher has just begun a grant, and notes the looks of calls at the fence."""

    def __init__(self, traps: Traps, looks: LookWriter) -> None:
        self._traps = traps
        self._looks = looks

    def fence(self) -> int:
        self._looks.note()
        now = super().fence()
        if threading.current_thread().name == "dispatcher":
            self._traps.step_on(Trap.CHOSEN)
        return now


class TrappedObserver(Metrics):
    """Stops where a slot has been written down."""

    def __init__(self, traps: Traps) -> None:
        super().__init__()
        self._traps = traps

    def slot_opened(self, ids: int, late: int) -> None:
        super().slot_opened(ids, late)
        self._traps.step_on(Trap.GRANTED)


def hold_gate(url: str, traps: Traps, clock: Clock, observer: Observer) -> None:
    """Take the gate whenever the trap is set, and stop in the middle of the pipeline."""
    gate = Gate(lambda: connect(url), clock, observer.gate_waited)
    while True:
        traps.wait(Trap.PIPELINE)
        with suppress(StoreError), gate.transaction() as transaction, transaction.reading():
            traps.step_on(Trap.PIPELINE)


def main() -> None:
    """Serve until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    settings, traps = Settings.from_environ(os.environ), Traps()
    traps.install()
    clock, observer = TrappedClock(traps, LookWriter(os.environ[LOOKS])), TrappedObserver(traps)
    upstream = HttpUpstream(settings.upstream_request, lambda: settings.headers, TIMEOUT, clock, Trust({}))
    service = assemble(settings, clock, upstream, observer, ReplicaTimes(GRANT, POLL))
    service.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    url = settings.database_url.get_secret_value()
    threading.Thread(target=hold_gate, args=[url, traps, clock, observer], daemon=True).start()
    app = create_app(service, settings, observer)
    allow_connections(settings.slot_ids)
    make_server(app, settings.host, settings.port, 2 * settings.max_body).run()
    service.stop()


if __name__ == "__main__":
    main()
