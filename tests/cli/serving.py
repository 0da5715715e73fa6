"""The real service in this process: real waitress, real store, real seconds, only quicker."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from waitress.wasyncore import close_all

from ingest_service.app import build_service, create_app
from ingest_service.config import Settings
from ingest_service.web.http.server import make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"
QUICK = {
    "INGEST_INTERVAL_SECONDS": "0.1",
    "INGEST_LINGER_SECONDS": "0.01",
    "INGEST_SIMULATED_DELAY_SECONDS": "0.02",
}


@contextmanager
def listening(application: "WSGIApplication", max_body: int = 1000, port: int = 0) -> Iterator[str]:
    """Serve any application, and yield its address."""
    server = make_server(application, HOST, port, max_body)
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield f"http://{HOST}:{server.effective_port}"
    finally:
        # Nothing is left to listen on: the loop ends.
        server.trigger.pull_trigger(lambda: close_all(server._map))
        thread.join()
        server.task_dispatcher.shutdown()


@contextmanager
def serving(folder: Path, port: int = 0, **environment: str) -> Iterator[str]:
    """Serve a service with its database in `folder`, and yield its address; settings by environment names."""
    settings = Settings.from_environ(
        {**QUICK, "INGEST_DATABASE_URL": f"sqlite:///{folder / 'ingest.db'}", **environment}
    )
    service = build_service(settings)
    service.start()
    try:
        with listening(create_app(service, settings), settings.max_body, port) as address:
            yield address
    finally:
        service.stop()
