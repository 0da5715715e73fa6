"""Counters and histograms for Prometheus."""

from functools import partial

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from ingest_service.clock import NANOSECONDS
from ingest_service.domain.ledger import Answer

OUTCOMES = ("ok", "3xx", "4xx", "429", "5xx", "bad_answer", "no_answer")

_TENTH_OF_A_MILLISECOND = 0.0001
_SHORT = (*(_TENTH_OF_A_MILLISECOND * 10**power * step for power in range(5) for step in (1, 2.5, 5)), 10)
_LONG = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_IDS = (1, 2, 3, 5, 10, 30, 100, 300, 1000)
_WRITES = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """Fits the port `Observer`, on a registry of its own. Starts no thread; a scrape reads the registry."""

    def __init__(self) -> None:
        # They tell of each series when its counting began: with the process, which tells that itself.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        for of_the_process in (ProcessCollector, PlatformCollector, GCCollector):
            of_the_process(registry=self.registry)
        count, spread = partial(Counter, registry=self.registry), partial(Histogram, registry=self.registry)
        self._slots = count("ingest_slots_opened_total", "Slots that were opened.")
        self._ids = spread("ingest_slot_ids", "Ids in a slot.", buckets=_IDS)
        self._late = spread("ingest_slot_lateness_seconds", "How late slots opened.", buckets=_SHORT)
        self._calls = count("ingest_upstream_calls_total", "Calls, by what came of them.", ["outcome"])
        self._took = spread("ingest_upstream_call_duration_seconds", "How long calls took.", buckets=_LONG)
        self._again = count("ingest_upstream_retries_total", "Ids that failed and will be called again.")
        self._lost = count("ingest_slots_lost_total", "Slots of other replicas that this one declared lost.")
        self._uncalled = count(
            "ingest_uncalled_ids_total", "Ids not called, since their slot had run out of time."
        )
        self._pauses = count("ingest_upstream_pauses_total", "Pauses that the upstream asked for.")
        self._paused = count("ingest_upstream_pause_seconds_total", "How long these pauses are together.")
        self._broken = count("ingest_deadlines_broken_total", "Accepted deadlines that cannot be met any more.")
        self._damaged = count("ingest_damaged_ingestions_total", "Ingestions whose ids are damaged in the store.")
        self._commits = spread("ingest_commit_duration_seconds", "How long commits took.", buckets=_SHORT)
        self._writes = spread("ingest_commit_writes", "Writes that shared a commit.", buckets=_WRITES)
        self._gate = spread("ingest_gate_wait_seconds", "How long the gate was waited for.", buckets=_SHORT)
        for outcome in OUTCOMES:
            self._calls.labels(outcome)

    def slot_opened(self, ids: int, late: int) -> None:
        """Count a slot."""
        self._slots.inc()
        self._ids.observe(ids)
        self._late.observe(late / NANOSECONDS)

    def call_ended(self, answer: Answer, duration: int) -> None:
        """Count a call to the upstream."""
        self._calls.labels(outcome_of(answer)).inc()
        self._took.observe(duration / NANOSECONDS)

    def called_again(self, ids: int) -> None:
        """Count ids that will be called again."""
        self._again.inc(ids)

    def slot_lost(self) -> None:
        """Count a slot that was declared lost."""
        self._lost.inc()

    def grant_ran_out(self, ids: int) -> None:
        """Count ids that were not called."""
        self._uncalled.inc(ids)

    def paused(self, duration: int) -> None:
        """Count a pause."""
        self._pauses.inc()
        self._paused.inc(duration / NANOSECONDS)

    def deadline_broken(self) -> None:
        """Count a deadline."""
        self._broken.inc()

    def damage_found(self) -> None:
        """Count a damaged ingestion."""
        self._damaged.inc()

    def gate_waited(self, duration: int) -> None:
        """Count a wait for the gate."""
        self._gate.observe(duration / NANOSECONDS)

    def committed(self, writes: int, duration: int) -> None:
        """Count a commit."""
        self._commits.observe(duration / NANOSECONDS)
        self._writes.observe(writes)


def outcome_of(answer: Answer) -> str:
    """Return one of OUTCOMES: 429 stands apart, for it says that the rate was too high for the upstream."""
    if answer.error is None:
        return "ok"
    if answer.status is None:
        return "no_answer"
    if answer.status == 429:
        return "429"
    return f"{min(answer.status // 100, 5)}xx" if answer.status >= 300 else "bad_answer"
