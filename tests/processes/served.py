"""The real service, wired as `ingest_service.app` and `wsgi` do, with the rate checker as its upstream.

Run it with `python -m tests.processes.served`; RATE_CHECKER_PORT is the port of the rate checker. It logs the
monotonic time just before the start of the service.
"""

import json
import logging
import os
import signal
import socket
import sys
import time

from ingest_service.app import assemble, create_app
from ingest_service.clock import SystemClock, has_passed
from ingest_service.config import Settings
from ingest_service.domain.ledger import NOT_CALLED, Answer, Call
from ingest_service.metrics import Metrics
from ingest_service.open_files import allow_connections
from ingest_service.web.http.server import make_server
from tests.processes.client import HOST, TIMEOUT_SECONDS


class CheckedUpstream:
    """Fits the port `Fetcher`: a call is a datagram to the rate checker, and its answer.

    There are more sockets than a slot needs, so that nothing here keeps the dispatcher from calling too much.
    """

    def __init__(self, port: int) -> None:
        self._idle = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(20)]
        for idle in self._idle:
            idle.settimeout(TIMEOUT_SECONDS)
            idle.connect((HOST, port))

    def fetch(self, record_id: int, until: int | None) -> Call:
        """Call the rate checker and block until it has answered."""
        own = self._idle.pop()
        if has_passed(SystemClock(), until):
            self._idle.append(own)
            return NOT_CALLED
        own.send(b"%d" % record_id)
        started = time.monotonic_ns()
        answer = own.recv(64).decode()
        self._idle.append(own)
        return Call(started, Answer(json.dumps(answer)))


def main() -> None:
    """Serve until SIGTERM."""
    logging.basicConfig(level=logging.INFO)
    settings = Settings.from_environ(os.environ)
    upstream = CheckedUpstream(int(os.environ["RATE_CHECKER_PORT"]))
    service = assemble(settings, SystemClock(), upstream, Metrics())
    logging.info("starting at %d ns", time.monotonic_ns())
    service.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    app = create_app(service, settings)
    allow_connections(settings.slot_ids)
    make_server(app, settings.host, settings.port, 2 * settings.max_body).run()
    service.stop()


if __name__ == "__main__":
    main()
