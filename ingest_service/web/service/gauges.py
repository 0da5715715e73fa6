"""Gauges of the service at the moment of the scrape, for Prometheus."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from ingest_service.clock import NANOSECONDS
from ingest_service.config import Settings
from ingest_service.domain.model import Priority
from ingest_service.domain.queue_depth import QueueDepth
from ingest_service.errors import StoreError
from ingest_service.reports.models import DispatcherReport, LimitReport
from ingest_service.service import Service


class Gauges(Collector):
    """Reads the service at each scrape and keeps nothing. Any thread; reads the store."""

    def __init__(self, service: Service, settings: Settings, version: str) -> None:
        self._service = service
        self._settings = settings
        self._version = version

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges; what would have to be read from the store is left out while that fails."""
        yield InfoMetricFamily("ingest_build", "The version that runs.", {"version": self._version})
        name = self._settings.replica_name
        yield InfoMetricFamily("ingest_replica", "The name of this process.", {"replica": name})
        yield from self._limits()
        yield from self._running()
        with suppress(StoreError):
            report = self._service.reports.dispatcher()
            yield from _states(report)
            yield from _backlog(report.backlog)
            yield from _uses(report.limits)
            yield self._batches()

    def _limits(self) -> Iterator[Metric]:
        settings = self._settings
        interval = settings.all_limits[0].seconds + settings.guard
        yield _gauge("ingest_slot_interval_seconds", "The least time between the starts of two slots.", interval)
        yield _gauge("ingest_slot_ids_limit", "How many ids a slot may have.", settings.slot_ids)
        yield _gauge("ingest_backlog_ids_limit", "How many ids may wait.", settings.max_pending_ids)

    def _running(self) -> Iterator[Metric]:
        """Yield the states that are known without the store: 1 or 0."""
        runs, ready = "dispatcher" not in self._service.liveness_failures(), not self._service.readiness_failures()
        yield _gauge("ingest_ready", "Whether ingestions are taken and released.", ready)
        yield _gauge("ingest_dispatcher_up", "Whether the thread runs that opens slots.", runs)

    def _batches(self) -> Metric:
        family = GaugeMetricFamily("ingest_batches", "Batches that are known.", labels=["priority", "status"])
        for (priority, status), count in self._service.reports.batch_counts().items():
            family.add_metric([priority.name, status], count)
        return family


def _states(report: DispatcherReport) -> Iterator[Metric]:
    """Yield the states, 1 or 0, and the number of replicas."""
    paused, kept_away = report.paused_at is not None, report.upstream_paused
    yield _gauge("ingest_dispatcher_paused", "Whether an operator wants no slot to open.", paused)
    yield _gauge("ingest_upstream_paused", "Whether the upstream wants no calls at present.", kept_away)
    yield _gauge("ingest_upstream_probing", "Whether the upstream fails wholly.", report.probing)
    yield _gauge("ingest_upstream_refuses_credentials", "Whether the upstream refuses the key.", report.refused)
    yield _gauge("ingest_replicas", "Processes that share the database and run now.", len(report.replicas))


def _uses(limits: Sequence[LimitReport]) -> Iterator[Metric]:
    """Yield the limits of the rate and what is used of them, by the seconds of their windows."""
    allowed = GaugeMetricFamily("ingest_limit_ids", "How many ids may start in a window.", labels=["seconds"])
    used = GaugeMetricFamily("ingest_limit_used_ids", "Ids that started in the last window.", labels=["seconds"])
    left = GaugeMetricFamily("ingest_limit_left_ids", "Ids that might start now.", labels=["seconds"])
    frees = GaugeMetricFamily(
        "ingest_limit_next_free_timestamp_seconds", "When the next used seat comes free.", labels=["seconds"]
    )
    for limit in limits:
        seconds = [f"{limit.window / NANOSECONDS:.12g}"]
        allowed.add_metric(seconds, limit.ids)
        used.add_metric(seconds, limit.used)
        left.add_metric(seconds, limit.left)
        if limit.frees_at is not None:
            frees.add_metric(seconds, limit.frees_at / NANOSECONDS)
    yield from (allowed, used, left, frees)


def _backlog(depths: Mapping[Priority, QueueDepth]) -> Iterator[Metric]:
    ids = {priority: depth.ids for priority, depth in depths.items()}
    batches = {priority: depth.batches for priority, depth in depths.items()}
    ingestions = {priority: depth.ingestions for priority, depth in depths.items()}
    yield _by_priority("ingest_backlog_ids", "Ids that wait to be called.", ids)
    yield _by_priority("ingest_backlog_batches", "Batches that wait, in whole or in part.", batches)
    yield _by_priority("ingest_backlog_ingestions", "Ingestions with ids that wait.", ingestions)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value)


def _by_priority(name: str, meaning: str, values: Mapping[Priority, int]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=["priority"])
    for priority, value in values.items():
        family.add_metric([priority.name], value)
    return family
