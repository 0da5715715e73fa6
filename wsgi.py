"""The roof: settings → service → app → start → serve. Importing this module starts the service.

`python wsgi.py` serves it as it is meant to be served; `waitress-serve wsgi:app` works too.
"""

import atexit
import gc
import logging
import os
import signal
import sys

from ingest_service.app import build_service, create_app
from ingest_service.config import Settings
from ingest_service.errors import IngestError
from ingest_service.logs import log_to
from ingest_service.metrics import Metrics
from ingest_service.web.http.server import make_server

log = logging.getLogger("ingest_service")

# waitress stops on SystemExit, but does not listen for the signal that containers and systemd send.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

# A large backlog is many small objects that live long: looking for cycles among them makes the start and the
# slowest requests several times slower.
gc.set_threshold(100_000, 20, 100)

try:
    settings = Settings.from_environ(os.environ)
except IngestError as error:
    sys.exit(f"ingest_service: {error}")
taking, writing = log_to(sys.stderr, settings.log_format)
logging.basicConfig(level=logging.INFO, handlers=[taking])
writing.start()
atexit.register(writing.stop)
metrics = Metrics()
service = build_service(settings, metrics)
app = create_app(service, settings, metrics)


def start() -> None:
    """Start the service; it stops when this process exits."""
    atexit.register(service.stop)
    try:
        service.start()
    except IngestError as error:
        sys.exit(f"ingest_service: {error}")
    gc.freeze()


def main() -> None:
    """Serve until SIGTERM or SIGINT, then let `service.stop` finish the calls in flight."""
    try:
        server = make_server(app, settings.host, settings.port, 2 * settings.max_body)
    except OSError as error:
        sys.exit(f"ingest_service: cannot listen on {settings.host}:{settings.port}: {error}")
    start()
    log.info("listening on http://%s:%d", settings.host, settings.port)
    server.run()
    log.info("stopping")


if __name__ == "__main__":
    main()
else:
    start()
