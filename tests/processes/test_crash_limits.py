"""Two limits across kill -9 at random moments, checked by an upstream of datagrams."""

from collections.abc import Callable

import pytest

from tests.processes import laws
from tests.processes.chaos_run import ChaosRun
from tests.processes.rate_checker import RateChecker
from tests.processes.record import Plan, Record
from tests.processes.running import SERVED
from tests.processes.summary import summary

pytestmark = pytest.mark.slow

# A process lives for a part of the longer window only, so it is the ledger that keeps the quota.
PLAN = Plan(interval_seconds=0.3, room=24, alive_seconds=1.2, loaded=30, calling=15, starting=13, quiet=0)
LIMITS = {3: 300_000_000, 12: 4_000_000_000}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory, say: Callable[[str], None]) -> Record:
    with RateChecker(seed=1) as checker:
        environ = {"INGEST_LIMITS": "3/0.3s, 12/4s", "RATE_CHECKER_PORT": str(checker.port)}
        record = ChaosRun(
            PLAN, tmp_path_factory.mktemp("chaos"), 1, checker, SERVED, INGEST_GUARD_SECONDS="0.02", **environ
        ).run()
    say(f"two limits: {summary(record)}")
    return record


def test_the_run_was_long_enough_to_use_up_the_quota_again_and_again(record: Record) -> None:
    assert len(record.kills) == 60
    # Five times what the longer window allows, also on a busy machine.
    assert len(record.arrivals) > 5 * max(LIMITS)


@pytest.mark.parametrize("ids", LIMITS)
def test_no_window_has_more_calls_than_its_limit_across_restarts(record: Record, ids: int) -> None:
    assert laws.windows_over(record, ids, LIMITS[ids]) == []


def test_the_longer_window_is_filled(record: Record) -> None:
    """A quota that let less through than it may would pass the other tests."""
    times = [arrival.at for arrival in record.arrivals]
    spans = [last - first for first, last in zip(times, times[11:], strict=False)]
    assert min(spans) < LIMITS[12]


def test_after_kill_9_no_accepted_id_is_lost(record: Record) -> None:
    assert laws.lost(record) == []


def test_after_a_restart_the_backlog_is_called_in_strict_order(record: Record) -> None:
    drained = laws.drained(record)
    assert drained == sorted(drained)
