"""The wiring: the only module that knows every concrete class. Nothing is started here."""

from flask import Flask

from ingest_service.clock import Clock, SystemClock
from ingest_service.config import Settings, nanoseconds
from ingest_service.dispatcher import Dispatcher
from ingest_service.pacer import Pace
from ingest_service.ports import Fetcher
from ingest_service.retries import RetryRules
from ingest_service.service import Service
from ingest_service.side_by_side import in_threads
from ingest_service.slots import EmbeddedSlots
from ingest_service.stores.sqlite import SqliteStore
from ingest_service.upstreams.http import HttpUpstream
from ingest_service.upstreams.simulated import SimulatedUpstream
from ingest_service.web.errors import register_errors
from ingest_service.web.ingestions import ingestions
from ingest_service.web.paths import TidyPaths
from ingest_service.web.routes import api
from ingest_service.web.slots import slots


def build_service(settings: Settings) -> Service:
    """Return the service that these settings describe, not started."""
    clock = SystemClock()
    return assemble(settings, clock, _upstream(settings, clock))


def assemble(settings: Settings, clock: Clock, upstream: Fetcher) -> Service:
    """Return the service around an upstream of the caller's, not started."""
    store = SqliteStore(settings.database_path, clock)
    retry_rules = RetryRules(settings.max_attempts, nanoseconds(settings.backoff_seconds))
    slots = EmbeddedSlots(store, clock, _pace(settings), retry_rules)
    dispatcher = Dispatcher(slots, upstream, clock, in_threads)
    return Service(store, slots, dispatcher, settings.batch_size)


def create_app(service: Service, settings: Settings) -> Flask:
    """Return the HTTP API of a service."""
    app = Flask("ingest_service", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.wsgi_app = TidyPaths(app.wsgi_app)  # type: ignore[method-assign]
    app.register_blueprint(api(service, settings.max_ids))
    app.register_blueprint(ingestions(service))
    app.register_blueprint(slots(service))
    register_errors(app)
    return app


def _pace(settings: Settings) -> Pace:
    return Pace(
        slot_size=settings.batch_size,
        interval=nanoseconds(settings.interval_seconds) + nanoseconds(settings.guard),
        linger=nanoseconds(settings.linger_seconds),
        longest_pause=nanoseconds(settings.max_pause_seconds),
    )


def _upstream(settings: Settings, clock: Clock) -> Fetcher:
    if not settings.upstream_url:
        return SimulatedUpstream(clock, nanoseconds(settings.simulated_delay_seconds))
    timeout = nanoseconds(settings.upstream_timeout_seconds)
    return HttpUpstream(settings.upstream_url, settings.headers, timeout, clock)
