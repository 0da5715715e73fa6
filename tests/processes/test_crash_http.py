"""kill -9 at random moments of the real service, while an upstream over HTTP fails and judges."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.processes import failure_laws, laws
from tests.processes.arrival import Answer
from tests.processes.fates import FAILURES, PAUSES, Fates
from tests.processes.http_judge import HttpJudge
from tests.processes.ordeal import Ordeal
from tests.processes.record import Plan, Record
from tests.processes.running import WSGI
from tests.processes.summary import summary

pytestmark = pytest.mark.slow

ATTEMPTS = 6


@dataclass(frozen=True)
class DryRun:
    """An ordeal, and how the upstream treats the service meanwhile."""

    plan: Plan
    fates: Fates


# In the paused one most of the time, and most of the kills, are in a pause that the upstream asked for.
TRIALS = {
    "short": DryRun(Plan(0.15, 30, 0.9, loaded=18, calling=8, starting=4, quiet=2), Fates(1, 0.3, FAILURES)),
    "paused": DryRun(Plan(0.15, 12, 2.0, loaded=8, calling=0, starting=2, quiet=0), Fates(2, 0.15, PAUSES)),
    "long": DryRun(Plan(1.5, 12, 3.0, loaded=6, calling=5, starting=1, quiet=0), Fates(3, 0.3, FAILURES)),
}


@pytest.fixture(scope="module", params=TRIALS)
def trial(request: pytest.FixtureRequest) -> DryRun:
    return TRIALS[request.param]


@pytest.fixture(scope="module")
def judge(trial: DryRun) -> Iterator[HttpJudge]:
    with HttpJudge(trial.plan.interval_seconds, trial.fates) as judge:
        yield judge


@pytest.fixture(scope="module")
def record(
    trial: DryRun, judge: HttpJudge, tmp_path_factory: pytest.TempPathFactory, say: Callable[[str], None]
) -> Record:
    environ = {
        "INGEST_UPSTREAM_URL": judge.upstream.url,
        "INGEST_UPSTREAM_TIMEOUT_SECONDS": "0.6",
        "INGEST_MAX_ATTEMPTS": str(ATTEMPTS),
        "INGEST_BACKOFF_SECONDS": "0.05",
    }
    record = Ordeal(trial.plan, tmp_path_factory.mktemp("ordeal"), 1, judge, WSGI, **environ).run()
    say(f"HTTP: {summary(record)}; {failures(record)}; {judge.upstream.refused} refused")
    return record


def failures(record: Record) -> str:
    failed = sum(arrival.answer is not Answer.GOOD for arrival in record.arrivals)
    return f"{failed} calls failed; {len(failure_laws.pauses_across_kills(record))} pauses judged across kills"


def test_after_kill_9_no_accepted_id_is_lost(record: Record) -> None:
    assert laws.lost(record) == []


def test_every_id_ends_with_the_one_result_that_its_last_answer_was(record: Record) -> None:
    assert failure_laws.wrong_results(record) == []


def test_what_was_reported_as_completed_is_never_called_again(record: Record) -> None:
    assert record.reported
    assert laws.called_after_completion(record) == []


def test_what_was_answered_for_good_is_called_again_only_for_a_kill(record: Record) -> None:
    repeats = laws.repeats(record)
    assert repeats[None] == 0
    assert max(repeats.values(), default=0) <= 3


def test_attempts_are_counted_across_restarts(record: Record) -> None:
    assert failure_laws.called_too_often(record, ATTEMPTS) == []
    assert failure_laws.given_up_early(record, ATTEMPTS) == set()


def test_no_interval_has_more_than_three_calls_across_restarts(record: Record, judge: HttpJudge) -> None:
    assert laws.spans_of_four(record)[0] >= record.interval
    assert judge.upstream.refused == 0


def test_never_more_than_three_calls_are_in_work(record: Record, judge: HttpJudge) -> None:
    assert laws.most_in_work(record) <= 3
    assert judge.upstream.most_in_work() <= 3


def test_the_first_slot_after_a_restart_keeps_the_interval(record: Record) -> None:
    assert failure_laws.early_restarts(record) == []


def test_nothing_is_called_in_a_pause_even_after_a_kill(record: Record, trial: DryRun) -> None:
    assert failure_laws.broken_pauses(record) == []
    assert bool(failure_laws.pauses_across_kills(record)) == (trial.fates.failures is PAUSES)


def test_nothing_less_urgent_goes_before_what_waits(record: Record) -> None:
    assert laws.overtaken(record) == []


def test_the_order_of_acceptance_survives(record: Record) -> None:
    assert laws.out_of_acceptance_order(record) == []


def test_after_a_restart_what_was_never_called_is_called_in_strict_order(record: Record) -> None:
    drained = laws.drained(failure_laws.first_calls(record))
    assert len(drained) > 3
    assert drained == sorted(drained)
