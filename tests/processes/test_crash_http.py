"""The laws across kill -9 at random moments, while an upstream over HTTP fails and checks them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.processes import failure_laws, laws
from tests.processes.arrival import Answer
from tests.processes.chaos_run import ChaosRun
from tests.processes.failure_plan import FAILURES, PAUSES, FailurePlan
from tests.processes.http_rate_checker import HttpRateChecker
from tests.processes.record import Plan, Record
from tests.processes.running import WSGI
from tests.processes.slots import Slots
from tests.processes.summary import summary

pytestmark = pytest.mark.slow

ATTEMPTS = 6
# Much longer than a good answer takes on a busy machine: only a call that hangs comes to its end by it.
TIMEOUT_SECONDS = "2"


@dataclass(frozen=True)
class Trial:
    """A chaos run, and the answers of the upstream meanwhile."""

    plan: Plan
    answers: FailurePlan


# In the paused one most of the time, and many of the kills, are in a pause that the upstream asked for.
TRIALS = {
    "short": Trial(Plan(0.15, 30, 1.2, loaded=20, calling=8, starting=4, quiet=2), FailurePlan(1, 0.3, FAILURES)),
    "paused": Trial(
        Plan(0.15, 12, 2.0, loaded=5, calling=0, starting=2, quiet=0, paused=3), FailurePlan(2, 0.15, PAUSES)
    ),
    "long": Trial(Plan(1.5, 12, 3.0, loaded=6, calling=5, starting=1, quiet=0), FailurePlan(3, 0.3, FAILURES)),
}


@pytest.fixture(scope="module", params=TRIALS)
def trial(request: pytest.FixtureRequest) -> Trial:
    return TRIALS[request.param]


@pytest.fixture(scope="module")
def checker(trial: Trial) -> Iterator[HttpRateChecker]:
    with HttpRateChecker(trial.plan.interval_seconds, trial.answers) as checker:
        yield checker


@pytest.fixture(scope="module")
def record(
    trial: Trial, checker: HttpRateChecker, tmp_path_factory: pytest.TempPathFactory, say: Callable[[str], None]
) -> Record:
    environ = {
        "INGEST_UPSTREAM_URL": checker.upstream.url,
        "INGEST_UPSTREAM_TIMEOUT_SECONDS": TIMEOUT_SECONDS,
        "INGEST_MAX_ATTEMPTS": str(ATTEMPTS),
        "INGEST_BACKOFF_SECONDS": "0.05",
    }
    record = ChaosRun(trial.plan, tmp_path_factory.mktemp("chaos"), 1, checker, WSGI, **environ).run()
    say(f"HTTP: {summary(record)}; {failures(record)}; {checker.upstream.refused} refused")
    return record


def failures(record: Record) -> str:
    failed = sum(arrival.answer is not Answer.GOOD for arrival in record.arrivals)
    return f"{failed} calls failed; {len(failure_laws.pauses_across_kills(record))} pauses across kills"


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


def test_no_interval_has_more_than_three_calls_across_restarts(record: Record, checker: HttpRateChecker) -> None:
    assert laws.spans_of_four(record)[0] >= record.interval
    assert checker.upstream.refused == 0


def test_never_more_than_three_calls_are_in_work(record: Record, checker: HttpRateChecker) -> None:
    assert laws.most_in_work(record) <= 3
    assert checker.upstream.most_in_work() <= 3


def test_a_slot_is_written_down_before_the_next_one_opens(record: Record) -> None:
    assert Slots(record).unclosed() == []


def test_the_first_slot_after_a_restart_keeps_the_interval(record: Record) -> None:
    assert failure_laws.early_restarts(record) == []


def test_nothing_is_called_in_a_pause_even_after_a_kill(record: Record, trial: Trial) -> None:
    assert failure_laws.broken_pauses(record) == []
    assert bool(failure_laws.pauses_across_kills(record)) == (trial.answers.failures is PAUSES)


def test_nothing_less_urgent_goes_before_what_waits(record: Record) -> None:
    assert laws.overtaken(record) == []


def test_the_order_of_acceptance_survives(record: Record) -> None:
    assert laws.out_of_acceptance_order(record) == []


def test_after_a_restart_what_was_never_called_is_called_in_strict_order(record: Record) -> None:
    drained = laws.drained(failure_laws.first_calls(record))
    assert len(drained) > 3
    assert drained == sorted(drained)
