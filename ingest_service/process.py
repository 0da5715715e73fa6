"""The process: settings, log, service and server, and the signals that stop it."""

import atexit
import gc
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from flask import Flask

from ingest_service.app import build_service, create_app
from ingest_service.clock import NANOSECONDS, Clock, SystemClock
from ingest_service.config import Settings, nanoseconds
from ingest_service.environment import remarks
from ingest_service.errors import IngestError, StoreDamaged
from ingest_service.listening import described
from ingest_service.log_lines import formatter
from ingest_service.logs import Stderr, log_to
from ingest_service.loop import STDERR, exit_process, exit_with_thread, exit_with_unbegun_thread
from ingest_service.metrics import Metrics
from ingest_service.open_files import allow_connections
from ingest_service.service import GRACE_SECONDS, Service
from ingest_service.signals import StopSignals
from ingest_service.web.http.server import make_server

log = logging.getLogger("ingest_service")

# For all that ends after the calls in flight, still within the ten seconds that `docker stop` gives.
SECONDS_BEHIND_THE_GRACE = 1.5


class Process:
    """Everything that one process runs. Constructing sets up the log and the signals, and starts no service.

    Raises SystemExit with one sentence where a setting is not allowed or the service cannot start.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        _open_standard_files()
        threading.excepthook = exit_with_thread
        sys.unraisablehook = exit_with_unbegun_thread
        grace = nanoseconds(GRACE_SECONDS + SECONDS_BEHIND_THE_GRACE)
        self._signals = StopSignals(self._begin_to_stop, grace, SystemClock())
        self._signals.install()
        look_for_cycles_rarely()
        metrics = Metrics()
        try:
            self.settings = Settings.from_environ(os.environ)
            self._connections = allow_connections(self.settings.slot_ids)
            self.service: Service = build_service(self.settings, metrics, clock=clock)
        except IngestError as error:
            _refuse(str(error))
        _start_log(self.settings)
        self.app: Flask = create_app(self.service, self.settings, metrics)

    def start(self) -> None:
        """Start the service; it stops when this process exits."""
        atexit.register(self.stop)
        self._signals.watch()
        # All that is loaded stays: there is nothing to be found in it, now or later.
        gc.disable()
        try:
            self.service.start()
        except StoreDamaged as error:
            _refuse(f"{error} (in {self.settings.database_path})")
        except IngestError as error:
            _refuse(str(error))
        gc.freeze()
        gc.enable()

    def stop(self) -> None:
        """Stop the service: calls in flight may finish within what is left of the grace. May be called twice."""
        self._signals.ignore()
        self.service.stop(max(0, self._signals.left() / NANOSECONDS - SECONDS_BEHIND_THE_GRACE))

    def serve(self) -> None:
        """Listen, start the service, and serve until a signal; blocks."""
        host, port = self.settings.host, self.settings.port
        try:
            with _threads_left():
                server = make_server(
                    self.app,
                    host,
                    port,
                    2 * self.settings.max_body,
                    self.settings.keepalive_seconds,
                    self._connections,
                )
        except OSError as error:
            reason = error.strerror or error
            _refuse(f"cannot listen on {host}:{port}: {reason}; set INGEST_PORT or INGEST_HOST to change that")
        with _threads_left():
            self.start()
        log.info("listening on %s", described(_addresses(server)))
        try:
            server.run()
        except Exception as error:  # noqa: BLE001 - nothing would answer any more
            exit_process(f"the server failed: {error!r}")

    def _begin_to_stop(self, signal_name: str) -> None:
        """Open no further slot from now on, however long it takes to answer what was asked."""
        log.info("stopping: %s", signal_name)
        self.service.halt()


def look_for_cycles_rarely() -> None:
    """Let the collector rest: a large backlog is many small objects that live long.

    Looking for cycles among them makes the start and the slowest requests several times slower.
    """
    gc.set_threshold(100_000, 20, 100)


def _start_log(settings: Settings) -> None:
    lines = formatter(settings.log_format, settings.replica_name, settings.is_postgres)
    # No line tells any of these, and to find them out takes half of the time of an event.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    taking, writing = log_to(Stderr(), lines)
    logging.basicConfig(level=logging.INFO, handlers=[taking])
    with _threads_left():
        writing.start()
    atexit.register(writing.stop)
    for remark in remarks(os.environ, settings.variables()):
        log.warning(remark)


def _open_standard_files() -> None:
    """Let nothing that is opened later become the standard error of this process, such as the database."""
    opened = os.open(os.devnull, os.O_RDWR)
    while opened <= STDERR:
        opened = os.open(os.devnull, os.O_RDWR)
    os.close(opened)


def _addresses(server: Any) -> list[tuple[str, int]]:
    """Return where a server of waitress listens: it has another type for several addresses."""
    single = getattr(server, "effective_host", None)
    return server.effective_listen if single is None else [(single, server.effective_port)]


@contextmanager
def _threads_left() -> Iterator[None]:
    """Refuse the start where the block finds that the system has no thread left."""
    try:
        yield
    except RuntimeError as error:
        _refuse(f"cannot start: {error}")


def _refuse(sentence: str) -> NoReturn:
    sys.exit(f"ingest_service: {sentence}")
