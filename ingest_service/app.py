"""The wiring: the only module that knows every concrete class. Nothing is started here."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask

from ingest_service import __version__
from ingest_service.clock import NANOSECONDS, Clock, SystemClock
from ingest_service.config import Settings, nanoseconds
from ingest_service.dispatch.dispatcher import Dispatcher
from ingest_service.dispatch.engine import EmbeddedEngine
from ingest_service.dispatch.fan_out import ThreadedFanOut
from ingest_service.dispatch.retries import RetryRules
from ingest_service.dispatch.under_way import UnderWay
from ingest_service.domain.rate import Quota, RateLimit
from ingest_service.limits import in_words
from ingest_service.metrics import Metrics
from ingest_service.ports.engine import Engine
from ingest_service.ports.fetcher import Fetcher
from ingest_service.ports.ledger import AuditedRecords
from ingest_service.ports.observer import Observer
from ingest_service.pruner import DAY, Pruner
from ingest_service.service import Service
from ingest_service.slippage.cause import CauseLog
from ingest_service.slippage.slips import Slips
from ingest_service.spare_threads import SpareThreads
from ingest_service.stores.sqlite.database import SqliteDatabase
from ingest_service.stores.sqlite.journal import SqliteJournal
from ingest_service.stores.sqlite.records import SqliteRecords
from ingest_service.upstreams.certificates import Trust, require_certificates
from ingest_service.upstreams.headers import HeadersFile
from ingest_service.upstreams.http import HttpUpstream
from ingest_service.upstreams.proxies import proxy_of
from ingest_service.upstreams.simulated import SimulatedUpstream
from ingest_service.web.audit.views import audit
from ingest_service.web.board.views import board
from ingest_service.web.http.access_log import AccessLog
from ingest_service.web.http.conditional import ignore_other_conditions
from ingest_service.web.http.cors import allow_origins
from ingest_service.web.http.errors import register_errors
from ingest_service.web.http.giving_way import GivingWay
from ingest_service.web.http.origins import guard_changes, guard_hosts
from ingest_service.web.http.path_normalizer import PathNormalizer
from ingest_service.web.http.problem import register_problems
from ingest_service.web.http.request_id import RequestIds
from ingest_service.web.ingest.views import ingest
from ingest_service.web.ingestions.views import ingestions
from ingest_service.web.service.docs import docs
from ingest_service.web.service.gauges import Gauges
from ingest_service.web.service.health import health
from ingest_service.web.service.metrics import scraped
from ingest_service.web.shortcut import Shortcut
from ingest_service.web.slots.views import slots

# Nanoseconds for which slips rest between two comparisons of all ends. Without a rest, many submissions would be a
# tenth slower.
SLIPS_REST = NANOSECONDS // 4


@dataclass(frozen=True, slots=True)
class ReplicaTimes:
    """Times of a replica, in nanoseconds.

    It may begin the calls of a slot for as long as the `grant`, from when it writes the slot down. It looks at the
    database every `poll` while nothing of its own happens.
    """

    grant: int = 2 * NANOSECONDS
    poll: int = NANOSECONDS


def build_service(
    settings: Settings,
    observer: Observer | None = None,
    environ: Mapping[str, str] = os.environ,
    clock: Clock | None = None,
) -> Service:
    """Return the service that these settings describe, not started.

    `environ` names the proxy to the upstream and the certificates to trust. Raises SettingError for those that
    cannot be used.
    """
    clock = clock or SystemClock()
    return assemble(settings, clock, _upstream(settings, clock, environ), observer or Metrics())


def assemble(
    settings: Settings, clock: Clock, upstream: Fetcher, observer: Observer, times: ReplicaTimes = ReplicaTimes()
) -> Service:
    """Return the service around an upstream of the caller's, not started; `times` are for PostgreSQL only."""
    causes = CauseLog()
    if settings.is_postgres:
        records, engine = _postgres(settings, clock, observer, causes, times)
    else:
        records, engine = _embedded(settings, clock, observer, causes)
    slips = Slips(records, engine.snapshot, causes, clock, SLIPS_REST, observer)
    under_way = UnderWay(_retries(settings))
    dispatcher = Dispatcher(engine, upstream, clock, ThreadedFanOut(SpareThreads()), observer, under_way)
    pruner = Pruner(records, clock, settings.keep_days * DAY)
    return Service(records, engine, dispatcher, [slips, pruner], settings.batch_ids)


def _embedded(
    settings: Settings, clock: Clock, observer: Observer, causes: CauseLog
) -> tuple[AuditedRecords, Engine]:
    """Return the engine of one process, over an SQLite file."""
    database = SqliteDatabase(settings.database_path, clock, observer.committed)
    engine = EmbeddedEngine(
        SqliteJournal(database, database.lock_file, clock, settings.replica_name),
        clock,
        rate_limit(settings),
        _retries(settings),
        settings.max_pending_ids,
        observer,
        causes.note,
    )
    return SqliteRecords(database), engine


def _postgres(
    settings: Settings, clock: Clock, observer: Observer, causes: CauseLog, times: ReplicaTimes
) -> tuple[AuditedRecords, Engine]:
    """Return the engine of one of several replicas, over a PostgreSQL database.

    Its modules are imported only here: what they stand on is not installed everywhere.
    """
    from ingest_service.stores.postgres.database import PostgresDatabase
    from ingest_service.stores.postgres.engine import PostgresEngine
    from ingest_service.stores.postgres.records import PostgresRecords
    from ingest_service.stores.postgres.replicas import Replica
    from ingest_service.stores.postgres.rules import Rules
    from ingest_service.stores.postgres.sight import SlotTimes

    rate = rate_limit(settings)
    slot_times = SlotTimes(times.grant, nanoseconds(settings.longest_call_seconds), rate.interval)
    replica = Replica(settings.replica_name)
    database = PostgresDatabase(settings.database_url.get_secret_value())
    rules = Rules(rate, _retries(settings), slot_times, settings.max_pending_ids, times.poll)
    engine = PostgresEngine(database, replica, rules, clock, observer, causes.note)
    return PostgresRecords(database, replica.owner), engine


def create_app(
    service: Service, settings: Settings, metrics: Metrics | None = None, clock: Clock | None = None
) -> Flask:
    """Return the HTTP API of a service; `metrics` is the service's observer, and `clock` its clock."""
    app = Flask("ingest_service", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    most_ids = min(settings.max_ids, settings.max_pending_ids)
    operations = ingest(service, most_ids), ingestions(service), slots(service), audit(service)
    for blueprint in (*operations, docs(__version__, most_ids)):
        app.register_blueprint(blueprint)
    log = _watch(app, service, settings, metrics or Metrics())
    guard_hosts(app, settings.allowed_hosts)
    guard_changes(app, settings.cors_origins)
    ignore_other_conditions(app)
    # Its pages answer before other operations do, but after the guards.
    controls = settings.page_controls == "1"
    app.register_blueprint(
        board(service, clock or SystemClock(), __version__, _rule(settings), most_ids, controls)
    )
    register_errors(app)
    register_problems(app)
    allow_origins(app, settings.cors_origins)
    # Every answer has headers for pages of other origins where these are allowed; Flask adds them.
    if not settings.cors_origins:
        shortcut = Shortcut(app, service, __version__, most_ids, settings.allowed_hosts, log)
        app.wsgi_app = shortcut  # type: ignore[method-assign]
    named = RequestIds(PathNormalizer(app.wsgi_app))
    app.wsgi_app = GivingWay(named, service.give_way)  # type: ignore[method-assign]
    return app


def _rule(settings: Settings) -> str:
    """Return the rate limit in words."""
    return ", ".join(
        f"at most {limit.ids:,} {'id' if limit.ids == 1 else 'ids'} in any {in_words(limit.seconds)}"
        for limit in settings.all_limits
    )


def _watch(app: Flask, service: Service, settings: Settings, metrics: Metrics) -> AccessLog:
    """Add health and metrics, and return what measures the API's own requests."""
    metrics.registry.register(Gauges(service, settings, __version__))
    log = AccessLog(metrics.registry, SystemClock())
    log.watch(app)
    app.register_blueprint(health(service, __version__))
    app.register_blueprint(scraped(metrics.registry))
    return log


def _retries(settings: Settings) -> RetryRules:
    return RetryRules(settings.max_attempts, nanoseconds(settings.backoff_seconds))


def rate_limit(settings: Settings) -> RateLimit:
    """Return the rate of a service with these settings."""
    shortest, *longer = settings.all_limits
    guard = nanoseconds(settings.guard)
    return RateLimit(
        slot_size=shortest.ids,
        interval=nanoseconds(shortest.seconds) + guard,
        linger=nanoseconds(settings.linger_seconds),
        longest_pause=nanoseconds(settings.max_pause_seconds),
        fills=settings.fill_slots == "1",
        quotas=tuple(Quota(limit.ids, nanoseconds(limit.seconds)) for limit in longer),
        guard=guard,
    )


def _upstream(settings: Settings, clock: Clock, environ: Mapping[str, str]) -> Fetcher:
    if not settings.upstream_url:
        return SimulatedUpstream(clock, nanoseconds(settings.simulated_delay_seconds))
    timeout = nanoseconds(settings.upstream_timeout_seconds)
    request = settings.upstream_request
    require_certificates(request.url, environ)
    proxy = proxy_of(request.url, environ)
    return HttpUpstream(request, _headers(settings), timeout, clock, Trust(environ), proxy)


def _headers(settings: Settings) -> Callable[[], Mapping[str, str]]:
    path, fixed = settings.upstream_headers_file.get_secret_value(), settings.headers
    return HeadersFile(path) if path else lambda: fixed
