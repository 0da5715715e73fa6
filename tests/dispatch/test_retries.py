"""Ids that fail: when they are called again, and what it costs, on the virtual clock."""

from collections.abc import Callable
from random import Random
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.dispatch.retries import LONGEST_BACKOFF, RetryRules, called_again
from ingest_service.domain.ledger import NOT_CALLED, Answer, Call, Outcome, Retry, Uncalled
from ingest_service.domain.model import Status
from ingest_service.domain.rate import RateLimit
from tests.doubles import VirtualClock, good
from tests.laws import most_in_work, most_starts_in_a_span
from tests.simulation import FIVE_ATTEMPTS, FIVE_SECONDS, SECOND, Simulate, Simulation

LINGER = FIVE_SECONDS.linger
BROKEN = Answer(error="HTTP 500 Internal Server Error", status=500, retryable=True)
MISSING = Answer(error="HTTP 404 Not Found", status=404)


def failing(bad: dict[int, int], answer: Answer = BROKEN) -> Callable[[int, int], Answer]:
    """Let each of these ids fail this number of times."""
    return lambda record_id, number: answer if number <= bad.get(record_id, 0) else good(record_id, number)


class AtOnce(Protocol):
    """Builds a simulation with an upstream that answers at once."""

    def __call__(
        self, answer: Callable[[int, int], Answer], retry_rules: RetryRules = FIVE_ATTEMPTS
    ) -> Simulation:
        """Build it, started."""


@pytest.fixture
def at_once(simulate: Simulate) -> AtOnce:
    return lambda answer, retry_rules=FIVE_ATTEMPTS: simulate(
        latency=lambda _: 0, answer=answer, retry_rules=retry_rules
    )


def test_an_id_that_failed_comes_back_after_its_backoff_and_the_good_ones_are_not_called_again(
    at_once: AtOnce,
) -> None:
    simulation = at_once(failing({2: 1}))
    simulation.submit_at(0, [1, 2, 3])
    simulation.run()
    assert simulation.slots_seen() == [(LINGER, [1, 2, 3]), (LINGER + 5 * SECOND, [2])]


def test_a_retry_takes_its_old_place_before_later_batches_and_shares_the_slot(at_once: AtOnce) -> None:
    simulation = at_once(failing({2: 1}), RetryRules(5, SECOND))
    simulation.submit_at(0, [1, 2, 3, 4, 5, 6, 7, 8])
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[1, 2, 3], [2], [4, 5, 6], [7, 8]]


def test_a_retry_shares_a_slot_with_what_fits_beside_it(at_once: AtOnce) -> None:
    simulation = at_once(failing({2: 1}), RetryRules(5, SECOND))
    simulation.submit_at(0, [1, 2, 3, 4, 5])
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [[1, 2, 3], [2, 4, 5]]


def test_ids_of_one_batch_that_failed_together_come_back_together(at_once: AtOnce) -> None:
    simulation = at_once(failing({1: 2, 3: 2}))
    simulation.submit_at(0, [1, 2, 3])
    simulation.run()
    assert simulation.slots_seen() == [
        (LINGER, [1, 2, 3]),
        (LINGER + 5 * SECOND, [1, 3]),
        (LINGER + 15 * SECOND, [1, 3]),
    ]


def test_other_batches_overtake_a_retry_only_while_its_backoff_runs(at_once: AtOnce) -> None:
    simulation = at_once(failing({1: 2}), FIVE_ATTEMPTS)
    simulation.submit_at(0, [1, 2, 3], "HIGH")
    simulation.submit_at(0, range(11, 23), "LOW")
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()] == [
        [1, 2, 3],
        [1],
        [11, 12, 13],
        [1],
        [14, 15, 16],
        [17, 18, 19],
        [20, 21, 22],
    ]


def test_the_backoff_doubles_and_the_last_attempt_is_final(at_once: AtOnce) -> None:
    simulation = at_once(failing({1: 9}), RetryRules(4, 8 * SECOND, FIVE_ATTEMPTS.random))
    ingestion = simulation.submit([1])
    simulation.run()
    starts = [start - LINGER for start, _ in simulation.slots_seen()]
    assert starts == [0, 8 * SECOND, 24 * SECOND, 56 * SECOND]
    (outcome,) = simulation.outcomes(ingestion)
    assert (outcome.error, outcome.attempts, outcome.last_status) == (BROKEN.error, 4, 500)
    assert simulation.service.reports.progress(ingestion).status is Status.COMPLETED


def test_an_error_that_will_not_pass_is_final_at_once(at_once: AtOnce) -> None:
    simulation = at_once(failing({2: 9}, MISSING))
    ingestion = simulation.submit([1, 2, 3])
    simulation.run()
    assert len(simulation.upstream.calls) == 3
    outcome = simulation.outcomes(ingestion)[1]
    assert (outcome.error, outcome.attempts, outcome.last_status) == ("HTTP 404 Not Found", 1, 404)


def test_a_batch_stays_triggered_until_its_last_id_has_an_outcome(at_once: AtOnce) -> None:
    simulation = at_once(failing({2: 1}))
    ingestion = simulation.submit([1, 2, 3])
    simulation.dispatcher.run_once()
    assert simulation.service.reports.progress(ingestion).open == {0}
    simulation.dispatcher.run_once()
    assert simulation.service.reports.progress(ingestion).status is Status.COMPLETED
    assert [outcome.attempts for outcome in simulation.outcomes(ingestion)] == [1, 2, 1]


def test_a_restart_forgets_neither_attempts_nor_backoff(at_once: AtOnce) -> None:
    simulation = at_once(failing({1: 9}), RetryRules(2, 60 * SECOND, FIVE_ATTEMPTS.random))
    ingestion = simulation.submit([1])
    simulation.dispatcher.run_once()
    simulation.start()
    simulation.run()
    assert simulation.slots_seen() == [(LINGER, [1]), (LINGER + 60 * SECOND, [1])]
    assert simulation.outcomes(ingestion)[0].attempts == 2


# A clock of a database that was set ahead lets a replica that has just started call ids again too early.
@pytest.mark.parametrize(("engine_kind", "days"), [("embedded", -30), ("embedded", 30), ("postgres", -30)])
def test_a_wall_clock_that_was_set_changes_no_backoff(at_once: AtOnce, days: int) -> None:
    simulation = at_once(failing({1: 1}), RetryRules(2, 60 * SECOND, FIVE_ATTEMPTS.random))
    simulation.submit([1])
    simulation.dispatcher.run_once()
    simulation.clock.wall_offset = days * 24 * 3600 * SECOND
    simulation.start()
    simulation.run()
    assert simulation.slots_seen()[-1] == (LINGER + 60 * SECOND, [1])


def wait_after(attempts: int, rules: RetryRules) -> int:
    """Return the backoff of an id after its last failed attempt."""
    clock = VirtualClock()
    (retry,) = rules.verdicts(attempts, [(1, Call(0, BROKEN))], clock, cancelled=False, least_of_refused=0)
    assert isinstance(retry, Retry)
    assert retry.due_at - clock.wall() == retry.due - clock.now()
    return retry.due - clock.now()


def test_a_backoff_may_be_nothing_at_all() -> None:
    assert wait_after(1, RetryRules(5, SECOND, ShortestBackoff())) == 0


class ShortestBackoff(Random):
    """A chance that always draws the smallest number."""

    def randint(self, a: int, b: int) -> int:
        return min(a, b)


def test_an_id_that_was_not_called_waits_again_and_those_beside_it_are_judged_as_ever() -> None:
    answered = [(1, NOT_CALLED), (2, Call(0, Answer("{}"))), (3, NOT_CALLED), (4, Call(0, BROKEN))]
    verdicts = FIVE_ATTEMPTS.verdicts(2, answered, VirtualClock(), cancelled=False, least_of_refused=0)
    assert verdicts[:3] == [Uncalled(), Outcome(2, "{}", attempts=2), Uncalled()]
    assert isinstance(verdicts[3], Retry)


def test_an_id_of_a_cancelled_ingestion_that_was_not_called_ends_with_the_attempts_it_had() -> None:
    verdicts = FIVE_ATTEMPTS.verdicts(3, [(1, NOT_CALLED)], VirtualClock(), cancelled=True, least_of_refused=0)
    assert verdicts == [Outcome(1, error="cancelled", attempts=2)]


def test_only_ids_that_failed_are_called_again_after_a_backoff(simulation: Simulation) -> None:
    simulation.submit([1, 2, 3])
    slot = simulation.engine.open()
    assert slot is not None
    again = list(called_again(slot, [Uncalled(), Retry(1, 50, 70), Outcome(3)]))
    assert [list(entry.positions) for entry in again] == [[1]]


def test_a_backoff_has_full_jitter() -> None:
    rules = RetryRules(100, 5 * SECOND, Random(1))
    waits = [wait_after(1, rules) for _ in range(500)]
    assert 0 <= min(waits) < SECOND // 2
    assert 4 * SECOND < max(waits) <= 5 * SECOND


def test_a_backoff_is_never_longer_than_an_hour() -> None:
    assert wait_after(60, RetryRules(100, 5 * SECOND, FIVE_ATTEMPTS.random)) == LONGEST_BACKOFF


def test_a_pause_that_the_upstream_asks_for_holds_everyone(at_once: AtOnce) -> None:
    paused = Answer(error="HTTP 429 Too Many Requests", status=429, retryable=True, pause=60 * SECOND)
    simulation = at_once(failing({2: 1}, paused))
    simulation.submit_at(0, [1, 2, 3, 4])
    simulation.submit_at(10 * SECOND, [5], "HIGH")
    simulation.run()
    assert simulation.slots_seen()[1] == (LINGER + 60 * SECOND, [5, 2, 4])


def test_a_pause_survives_a_restart(at_once: AtOnce) -> None:
    paused = Answer(error="HTTP 503 Service Unavailable", status=503, retryable=True, pause=60 * SECOND)
    simulation = at_once(failing({2: 1}, paused))
    simulation.submit_at(0, [1, 2, 3, 4])
    simulation.dispatcher.run_once()
    simulation.clock.boot_name = "another boot"
    simulation.start()
    simulation.run()
    assert simulation.slots_seen()[1] == (LINGER + 60 * SECOND, [2, 4])


def test_a_pause_is_bounded_and_the_log_says_so(at_once: AtOnce, caplog: pytest.LogCaptureFixture) -> None:
    absurd = Answer(error="HTTP 429 Too Many Requests", status=429, retryable=True, pause=10**9 * SECOND)
    simulation = at_once(failing({1: 1}, absurd))
    simulation.submit_at(0, [1])
    simulation.run()
    assert simulation.slots_seen()[1] == (LINGER + 3600 * SECOND, [1])
    assert "no slot opens for 3600 s; the upstream asked for 1e+09 s" in caplog.text


def test_an_upstream_that_fails_wholly_is_probed_with_one_id_a_slot_until_it_answers(
    at_once: AtOnce,
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulation = at_once(lambda *_: BROKEN, RetryRules(5, 1000 * SECOND, FIVE_ATTEMPTS.random))
    simulation.submit_at(0, range(1, 22))
    for _ in range(5):
        simulation.dispatcher.run_once()
    simulation.upstream.answer = good
    simulation.run()
    assert [ids for _, ids in simulation.slots_seen()][:9] == [
        *([1, 2, 3], [4, 5, 6], [7, 8, 9]),
        *([10], [11], [12]),
        *([13, 14, 15], [16, 17, 18], [19, 20, 21]),
    ]
    assert "the upstream fails wholly: it is probed with one id a slot until it answers" in caplog.text


def test_an_upstream_that_refuses_ids_for_good_is_not_taken_for_dead(at_once: AtOnce) -> None:
    simulation = at_once(lambda *_: MISSING)
    simulation.submit_at(0, range(1, 16))
    simulation.run()
    assert [len(ids) for _, ids in simulation.slots_seen()] == [3] * 5


answers = st.lists(
    st.sampled_from([BROKEN, MISSING, Answer("1"), Answer(error="429", status=429, retryable=True, pause=11)]),
    min_size=1,
    max_size=9,
)
lives = st.lists(st.sampled_from(["slot", "slot", "restart", "crash"]), max_size=15)


@given(st.integers(1, 14), answers, lives, st.integers(1, 4), st.integers(0, 9))
def test_whatever_fails_every_id_ends_with_one_outcome_in_order_at_the_pace(
    count: int, answers: list[Answer], lives: list[str], max_attempts: int, latency: int
) -> None:
    rate = RateLimit(3, 7, 1, 20)
    simulation = Simulation(
        rate,
        lambda _: latency + 1,
        lambda record_id, number: answers[(record_id + number) % len(answers)],
        RetryRules(max_attempts, 5, Random(0)),
    )
    ids = list(range(1, count + 1))
    ingestion = simulation.submit(ids)
    crashes = 0
    for life in lives:
        crashes += live(simulation, life)
    simulation.run()
    outcomes = simulation.outcomes(ingestion)
    assert [outcome.record_id for outcome in outcomes] == ids
    assert simulation.service.reports.progress(ingestion).status is Status.COMPLETED
    calls = simulation.upstream.calls
    assert sum(outcome.attempts for outcome in outcomes) <= len(calls)
    assert len(calls) <= sum(outcome.attempts for outcome in outcomes) + 3 * crashes
    assert most_starts_in_a_span(calls, rate.interval) <= rate.slot_size
    assert most_in_work(calls) <= rate.slot_size


def live(simulation: Simulation, life: str) -> int:
    """Run a slot, or restart cleanly, or crash after the calls of a slot; return how often it crashed."""
    if not list(simulation.engine.snapshot().waiting):
        return 0
    if life == "slot":
        simulation.dispatcher.run_once()
        return 0
    if life == "crash":
        slot = simulation.engine.open()
        assert slot is not None
        simulation.dispatcher._calls(slot)
    simulation.start()
    return life == "crash"
