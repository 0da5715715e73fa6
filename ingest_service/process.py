"""The process: settings, log, service and server, and the signals that stop it."""

import atexit
import gc
import logging
import os
import signal
import sys
from typing import NoReturn

from flask import Flask

from ingest_service.app import build_service, create_app
from ingest_service.config import Settings
from ingest_service.errors import IngestError
from ingest_service.logs import log_to
from ingest_service.metrics import Metrics
from ingest_service.service import Service
from ingest_service.web.http.server import make_server

log = logging.getLogger("ingest_service")


class Process:
    """Everything that one process runs. Constructing sets up the log and the signals, and starts no service.

    Raises SystemExit with one sentence where a setting is not allowed or the service cannot start.
    """

    def __init__(self) -> None:
        # waitress stops on SystemExit, but does not listen for the signal that containers and systemd send.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        # A large backlog is many small objects that live long: looking for cycles among them makes the start and
        # the slowest requests several times slower.
        gc.set_threshold(100_000, 20, 100)
        self.settings = _settings()
        _start_log(self.settings)
        metrics = Metrics()
        self.service: Service = build_service(self.settings, metrics)
        self.app: Flask = create_app(self.service, self.settings, metrics)

    def start(self) -> None:
        """Start the service; it stops when this process exits."""
        atexit.register(self.service.stop)
        try:
            self.service.start()
        except IngestError as error:
            _refuse(str(error))
        gc.freeze()

    def serve(self) -> None:
        """Listen, start the service, and serve until SIGTERM or SIGINT; blocks.

        The stop of the service lets the calls in flight finish.
        """
        settings = self.settings
        try:
            server = make_server(
                self.app, settings.host, settings.port, 2 * settings.max_body, settings.keepalive_seconds
            )
        except OSError as error:
            _refuse(f"cannot listen on {settings.host}:{settings.port}: {error}")
        self.start()
        log.info("listening on http://%s:%d", settings.host, settings.port)
        server.run()
        log.info("stopping")


def main() -> None:
    """Run the service: the console script `ingest-service`, `python -m ingest_service` and `python wsgi.py`."""
    Process().serve()


def _settings() -> Settings:
    try:
        return Settings.from_environ(os.environ)
    except IngestError as error:
        _refuse(str(error))


def _start_log(settings: Settings) -> None:
    taking, writing = log_to(sys.stderr, settings.log_format)
    logging.basicConfig(level=logging.INFO, handlers=[taking])
    writing.start()
    atexit.register(writing.stop)


def _refuse(sentence: str) -> NoReturn:
    sys.exit(f"ingest_service: {sentence}")
