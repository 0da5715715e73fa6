"""The wiring: the only module that knows every concrete class. Nothing is started here."""

from flask import Flask

from ingest_service.clock import SystemClock
from ingest_service.config import Settings, nanoseconds
from ingest_service.dispatcher import Dispatcher
from ingest_service.service import Service
from ingest_service.side_by_side import in_threads
from ingest_service.slots import EmbeddedSlots, Pace
from ingest_service.stores.sqlite import SqliteStore
from ingest_service.upstreams.simulated import SimulatedUpstream
from ingest_service.web.errors import register_errors
from ingest_service.web.paths import TidyPaths
from ingest_service.web.routes import api


def build_service(settings: Settings) -> Service:
    """Return the service that these settings describe, not started."""
    clock = SystemClock()
    store = SqliteStore(settings.database_path, clock)
    slots = EmbeddedSlots(store, clock, _pace(settings))
    upstream = SimulatedUpstream(clock, nanoseconds(settings.simulated_delay_seconds))
    dispatcher = Dispatcher(slots, upstream, clock, in_threads)
    return Service(store, slots, dispatcher, settings.batch_size)


def create_app(service: Service, settings: Settings) -> Flask:
    """Return the HTTP API of a service."""
    app = Flask("ingest_service", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.wsgi_app = TidyPaths(app.wsgi_app)  # type: ignore[method-assign]
    app.register_blueprint(api(service, settings.max_ids))
    register_errors(app)
    return app


def _pace(settings: Settings) -> Pace:
    interval = nanoseconds(settings.interval_seconds) + nanoseconds(settings.guard_seconds)
    return Pace(settings.batch_size, interval, nanoseconds(settings.linger_seconds))
