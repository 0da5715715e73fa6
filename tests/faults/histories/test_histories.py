"""Histories of 16 clients of real processes, which are killed meanwhile: checked like Jepsen does."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine_kinds import over_every_engine
from tests.faults.histories.processes import Processes
from tests.faults.histories.run import run, summary, violations
from tests.processes.failure_plan import FAILURES, FailurePlan
from tests.processes.http_rate_checker import HttpRateChecker
from tests.processes.running import settings

pytestmark = pytest.mark.slow

SEED = 1
INTERVAL_SECONDS = 0.15
# Without the call that hangs: nothing else would happen for as long as that.
PLAN = FailurePlan(SEED, 0.1, FAILURES[:-1])


@pytest.fixture
def upstream() -> Iterator[HttpRateChecker]:
    with HttpRateChecker(INTERVAL_SECONDS, PLAN) as checker:
        yield checker


@pytest.fixture
def processes(
    engine_kind: str, upstream: HttpRateChecker, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Processes]:
    """One process over SQLite, or two over PostgreSQL."""
    changes = {
        "INGEST_UPSTREAM_URL": upstream.upstream.url,
        # Much longer than an answer takes on a busy machine.
        "INGEST_UPSTREAM_TIMEOUT_SECONDS": "2",
        "INGEST_INTERVAL_SECONDS": str(INTERVAL_SECONDS),
        "INGEST_LINGER_SECONDS": "0.02",
        "INGEST_BACKOFF_SECONDS": "0.05",
        "INGEST_MAX_ATTEMPTS": "6",
    }
    if engine_kind == "embedded":
        with Processes([settings(tmp_path, **changes)], tmp_path) as processes:
            yield processes
        return
    url: str = request.getfixturevalue("postgres_url")
    replicas = [
        settings(tmp_path, **changes, INGEST_DATABASE_URL=url, INGEST_REPLICA_NAME=name) for name in ("a", "b")
    ]
    with Processes(replicas, tmp_path) as processes:
        yield processes


@over_every_engine
def test_nothing_is_lost_or_doubled_and_one_order_explains_all_answers(
    engine_kind: str,
    processes: Processes,
    upstream: HttpRateChecker,
    scale: Callable[[int, int], int],
    say: Callable[[str], None],
    figure: Callable[[str, str, str], None],
) -> None:
    history = run(processes, SEED, scale(3_000, 50_000))
    calls = upstream.arrivals
    tried = summary(history, calls)
    say(f"history, {engine_kind}: {tried}")
    assert violations(history, calls, round(INTERVAL_SECONDS * 1e9)) == {}
    assert history.kills
    assert history.maybe_cancelled()
    result = "0 lost, 0 unexpected, 0 doubled but by a kill, every answer explained"
    figure(f"kills under 16 clients, {engine_kind} engine", tried, result)
