"""The laws across kill -9 at random moments, checked by an upstream of datagrams."""

from collections.abc import Callable

import pytest

from tests.processes import laws
from tests.processes.chaos_run import ChaosRun
from tests.processes.rate_checker import RateChecker
from tests.processes.record import Plan, Record
from tests.processes.running import SERVED
from tests.processes.slots import Slots
from tests.processes.summary import summary

pytestmark = pytest.mark.slow

# With a short interval much happens between two kills. With the long one, longer than a restart takes, it is
# the ledger that keeps the first slot after a restart from opening too early.
PLANS = {
    "short": Plan(interval_seconds=0.15, room=45, alive_seconds=0.9, loaded=16, calling=6, starting=6, quiet=3),
    "long": Plan(interval_seconds=1.5, room=20, alive_seconds=3.5, loaded=6, calling=5, starting=2, quiet=0),
}


@pytest.fixture(scope="module", params=PLANS)
def record(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, say: Callable[[str], None]
) -> Record:
    plan, directory = PLANS[request.param], tmp_path_factory.mktemp("chaos")
    with RateChecker(seed=1) as checker:
        environ = {"INGEST_GUARD_SECONDS": "0.02", "RATE_CHECKER_PORT": str(checker.port)}
        record = ChaosRun(plan, directory, 1, checker, SERVED, **environ).run()
    say(f"{request.param}: {summary(record)}")
    return record


def test_after_kill_9_no_accepted_id_is_lost(record: Record) -> None:
    assert laws.lost(record) == []


def test_what_was_reported_as_completed_is_never_called_again(record: Record) -> None:
    assert record.reported
    assert laws.called_after_completion(record) == []


def test_a_kill_repeats_the_calls_of_one_slot_at_most(record: Record) -> None:
    repeats = laws.repeats(record)
    assert repeats[None] == 0
    assert max(repeats.values()) <= 3


def test_no_interval_has_more_than_three_calls_across_restarts(record: Record) -> None:
    assert laws.spans_of_four(record)[0] >= record.interval


def test_never_more_than_three_calls_are_in_work(record: Record) -> None:
    assert laws.most_in_work(record) == 3


def test_nothing_less_urgent_goes_before_what_waits(record: Record) -> None:
    assert laws.overtaken(record) == []


def test_the_order_of_acceptance_survives(record: Record) -> None:
    assert laws.out_of_acceptance_order(record) == []


def test_after_a_restart_the_backlog_is_called_in_strict_order(record: Record) -> None:
    drained = laws.drained(record)
    assert len(drained) > 6
    assert drained == sorted(drained)


def test_a_slot_is_written_down_before_the_next_one_opens(record: Record) -> None:
    assert Slots(record).unclosed() == []


def test_the_first_slot_after_a_restart_keeps_the_interval_of_the_ledger(record: Record) -> None:
    assert laws.early_slots(record) == []
