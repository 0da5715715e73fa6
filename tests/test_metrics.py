"""The metrics count every event."""

import pytest
from prometheus_client import REGISTRY

from ingest_service.domain.ledger import Answer
from ingest_service.metrics import OUTCOMES, Metrics
from ingest_service.ports.observer import Observer

MILLISECOND = 1_000_000
SECOND = 1_000 * MILLISECOND


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_metrics_observe() -> None:
    observer: Observer = Metrics()
    observer.deadline_broken()


def test_a_slot_counts_with_its_ids_and_how_late_it_was_in_seconds(metrics: Metrics) -> None:
    metrics.slot_opened(3, 2 * MILLISECOND)
    metrics.slot_opened(1, 4 * MILLISECOND)
    assert value(metrics, "ingest_slots_opened_total") == 2
    assert value(metrics, "ingest_slot_ids_sum") == 4
    assert value(metrics, "ingest_slot_ids_bucket", le="1.0") == 1
    assert value(metrics, "ingest_slot_ids_bucket", le="3.0") == 2
    assert value(metrics, "ingest_slot_lateness_seconds_sum") == pytest.approx(0.006)
    assert value(metrics, "ingest_slot_lateness_seconds_bucket", le="0.0025") == 1
    assert value(metrics, "ingest_slot_lateness_seconds_bucket", le="0.005") == 2


def test_lateness_is_told_apart_from_a_tenth_of_a_millisecond_to_ten_seconds(metrics: Metrics) -> None:
    for late in (MILLISECOND // 10, 10 * SECOND, 10 * SECOND + 1):
        metrics.slot_opened(3, late)
    assert value(metrics, "ingest_slot_lateness_seconds_bucket", le="0.0001") == 1
    assert value(metrics, "ingest_slot_lateness_seconds_bucket", le="10.0") == 2
    assert value(metrics, "ingest_slot_lateness_seconds_bucket", le="+Inf") == 3


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer("{}", status=200), "ok"),
        (Answer("{}"), "ok"),
        (Answer(error="HTTP 302 Found", status=302), "3xx"),
        (Answer(error="HTTP 404 Not Found", status=404), "4xx"),
        (Answer(error="HTTP 429 Too Many Requests", status=429, retryable=True), "429"),
        (Answer(error="HTTP 503 Service Unavailable", status=503, retryable=True), "5xx"),
        (Answer(error="HTTP 999", status=999, retryable=True), "5xx"),
        (Answer(error="the answer is not JSON", status=200, retryable=True), "bad_answer"),
        (Answer(error="no answer: Connection refused", retryable=True), "no_answer"),
    ],
    ids=lambda part: part if isinstance(part, str) else part.error or "good",
)
def test_a_call_counts_by_what_came_of_it(metrics: Metrics, answer: Answer, outcome: str) -> None:
    metrics.call_ended(answer, SECOND // 2)
    counts = {one: value(metrics, "ingest_upstream_calls_total", outcome=one) for one in OUTCOMES}
    assert counts == dict.fromkeys(OUTCOMES, 0) | {outcome: 1}
    assert value(metrics, "ingest_upstream_call_duration_seconds_sum") == 0.5


def test_retries_count_by_ids_and_pauses_also_by_seconds(metrics: Metrics) -> None:
    metrics.called_again(2)
    metrics.called_again(1)
    metrics.paused(30 * SECOND)
    metrics.paused(SECOND // 2)
    assert value(metrics, "ingest_upstream_retries_total") == 3
    assert value(metrics, "ingest_upstream_pauses_total") == 2
    assert value(metrics, "ingest_upstream_pause_seconds_total") == 30.5


def test_lost_slots_count_and_so_do_ids_that_were_not_called(metrics: Metrics) -> None:
    metrics.slot_lost()
    metrics.grant_ran_out(3)
    metrics.grant_ran_out(1)
    assert value(metrics, "ingest_slots_lost_total") == 1
    assert value(metrics, "ingest_uncalled_ids_total") == 4


def test_broken_deadlines_count(metrics: Metrics) -> None:
    metrics.deadline_broken()
    assert value(metrics, "ingest_deadlines_broken_total") == 1


def test_damaged_ingestions_count(metrics: Metrics) -> None:
    metrics.damage_found()
    assert value(metrics, "ingest_damaged_ingestions_total") == 1


def test_a_commit_counts_with_its_writes_and_its_duration(metrics: Metrics) -> None:
    metrics.committed(17, 3 * MILLISECOND)
    assert value(metrics, "ingest_commit_writes_sum") == 17
    assert value(metrics, "ingest_commit_writes_bucket", le="16.0") == 0
    assert value(metrics, "ingest_commit_writes_bucket", le="32.0") == 1
    assert value(metrics, "ingest_commit_duration_seconds_sum") == pytest.approx(0.003)


def test_waits_for_the_gate_are_told_apart_from_a_tenth_of_a_millisecond_on(metrics: Metrics) -> None:
    metrics.gate_waited(MILLISECOND // 10)
    metrics.gate_waited(2 * SECOND)
    assert value(metrics, "ingest_gate_wait_seconds_sum") == pytest.approx(2.0001)
    assert value(metrics, "ingest_gate_wait_seconds_bucket", le="0.0001") == 1


def test_the_process_is_told_too(metrics: Metrics) -> None:
    resident = value(metrics, "process_resident_memory_bytes")
    assert resident is not None
    assert resident > 1_000_000
    assert value(metrics, "python_gc_collections_total", generation="2") is not None


def test_each_keeps_its_own_counts_and_the_registry_of_the_library_knows_of_none() -> None:
    one, other = Metrics(), Metrics()
    one.deadline_broken()
    assert value(other, "ingest_deadlines_broken_total") == 0
    assert not [family.name for family in REGISTRY.collect() if family.name.startswith("ingest")]


def test_no_series_says_when_it_was_created(metrics: Metrics) -> None:
    metrics.slot_opened(3, 0)
    names = {sample.name for family in metrics.registry.collect() for sample in family.samples}
    assert not [name for name in names if name.endswith("_created")]
