"""The real service, wired as `ingest_service.app` and `wsgi` do, with the judge as its upstream.

Run it with `python -m tests.processes.served`; JUDGE_PORT says where the judge is.
"""

import logging
import os
import signal
import socket
import sys

from ingest_service.app import create_app
from ingest_service.clock import SystemClock
from ingest_service.config import Settings, nanoseconds
from ingest_service.dispatcher import Dispatcher
from ingest_service.ledger import Outcome
from ingest_service.service import Service
from ingest_service.side_by_side import in_threads
from ingest_service.slots import EmbeddedSlots, Pace
from ingest_service.stores.sqlite import SqliteStore
from ingest_service.web.server import make_server
from tests.processes.client import HOST, TIMEOUT_SECONDS


class JudgedUpstream:
    """Fits the port `Fetcher`: a call is a datagram to the judge, and its answer.

    The sockets are opened before, so that a call leaves right after the dispatcher looked at the clock; there
    are more than a slot needs, so that nothing here keeps the dispatcher from calling too much.
    """

    def __init__(self, port: int) -> None:
        self._idle = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(20)]
        for idle in self._idle:
            idle.settimeout(TIMEOUT_SECONDS)
            idle.connect((HOST, port))

    def fetch(self, record_id: int) -> Outcome:
        """Call the judge and block until it has answered."""
        own = self._idle.pop()
        own.send(b"%d" % record_id)
        answer = own.recv(64).decode()
        self._idle.append(own)
        return Outcome(record_id, answer)


def build_service(settings: Settings, judge_port: int) -> Service:
    """Return the service that these settings describe, not started."""
    clock = SystemClock()
    store = SqliteStore(settings.database_path, clock)
    interval = nanoseconds(settings.interval_seconds) + nanoseconds(settings.guard_seconds)
    pace = Pace(settings.batch_size, interval, nanoseconds(settings.linger_seconds))
    slots = EmbeddedSlots(store, clock, pace)
    dispatcher = Dispatcher(slots, JudgedUpstream(judge_port), clock, in_threads)
    return Service(store, slots, dispatcher, settings.batch_size)


def main() -> None:
    """Serve until SIGTERM."""
    logging.basicConfig(level=logging.INFO)
    settings = Settings.from_environ(os.environ)
    service = build_service(settings, int(os.environ["JUDGE_PORT"]))
    service.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    app = create_app(service, settings)
    make_server(app, settings.host, settings.port, 2 * settings.max_body).run()
    service.stop()


if __name__ == "__main__":
    main()
