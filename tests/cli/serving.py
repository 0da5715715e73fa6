"""The real service in this process: real waitress, real store, real seconds, only quicker."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from waitress.wasyncore import close_all

from ingest_service.app import build_service, create_app
from ingest_service.config import Settings
from ingest_service.web.http.server import make_server

QUICK = {
    "INGEST_INTERVAL_SECONDS": "0.1",
    "INGEST_LINGER_SECONDS": "0.01",
    "INGEST_SIMULATED_DELAY_SECONDS": "0.02",
}


@contextmanager
def serving(folder: Path, port: int = 0, **environment: str) -> Iterator[str]:
    """Serve a service with its database in `folder`, and yield its address; settings by environment names."""
    settings = Settings.from_environ(
        {**QUICK, "INGEST_DATABASE_URL": f"sqlite:///{folder / 'ingest.db'}", **environment}
    )
    service = build_service(settings)
    server = make_server(create_app(service, settings), "127.0.0.1", port, settings.max_body)
    service.start()
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # Nothing is left to listen on: the loop ends.
        server.trigger.pull_trigger(lambda: close_all(server._map))
        thread.join()
        server.task_dispatcher.shutdown()
        service.stop()
