"""The laws across kill -9, while clients cancel, change priorities and pause, and the upstream fails."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest_service.upstreams.fake.arrivals import most_in_a_span
from tests.faults import mixed_laws
from tests.faults.mixed_load import MixedLoad
from tests.processes import failure_laws, laws
from tests.processes.chaos_run import ChaosRun
from tests.processes.failure_plan import FAILURES, FailurePlan, PlannedAnswer
from tests.processes.http_rate_checker import HttpRateChecker
from tests.processes.record import Plan, Record
from tests.processes.running import WSGI
from tests.processes.summary import summary
from tests.processes.system_calls import SystemCall

pytestmark = pytest.mark.slow

ATTEMPTS = 6
SHORT, BRIEF, REAL = 0.15, 0.05, 5.0
# The system calls that change a file, and up to which of them a thread of the service comes in some seconds.
NUMBERS: dict[str, Sequence[int]] = {
    "fdatasync": [*range(1, 101), *range(110, 301, 10)],
    "pwrite64": range(1, 301),
    "ftruncate": range(1, 2),
    "unlink": range(1, 3),
}
FEW: dict[str, Sequence[int]] = {"fdatasync": [2, 20], "pwrite64": [40], "ftruncate": [1], "unlink": [1]}

Scale = Callable[[int, int], int]


@dataclass(frozen=True)
class Trial:
    """Plans of runs, each with a seed of its own, and the words of the table for them."""

    fault: str
    plans: list[Plan]
    failures: Sequence[PlannedAnswer] = FAILURES
    share: float = 0.2


def at_moments(scale: Scale) -> Trial:
    plan = (
        Plan(SHORT, 30, 1.0, loaded=28, calling=10, starting=7, quiet=3)
        if scale(0, 1)
        else Plan(SHORT, 30, 0.8, loaded=4, calling=2, starting=1, quiet=0)
    )
    return Trial("`kill -9` at random moments, 3 ids in 0.15 s", [plan] * scale(1, 20))


def at_real_speed(scale: Scale) -> Trial:
    return Trial(
        "`kill -9` at random moments, 3 ids in 5 s",
        [Plan(REAL, 12, 8.0, loaded=12, calling=4, starting=2, quiet=0)] * scale(0, 1),
    )


def at_system_calls(scale: Scale) -> Trial:
    numbers = NUMBERS if scale(0, 1) else FEW
    calls = [SystemCall(name, number) for name in numbers for number in numbers[name]]
    parts = [tuple(calls[part :: scale(1, 12)]) for part in range(scale(1, 12))]
    return Trial(
        "`kill -9` at each system call that changes a file",
        [Plan(BRIEF, 30, 1.0, loaded=0, calling=0, starting=0, quiet=0, calls=part) for part in parts],
        # Nothing that a thread waits for: it comes to a late call sooner.
        FAILURES[:-1],
        0.1,
    )


TRIALS: dict[str, Callable[[Scale], Trial]] = {
    "moments": at_moments,
    "real speed": at_real_speed,
    "system calls": at_system_calls,
}


@pytest.fixture(scope="module", params=TRIALS)
def trial(request: pytest.FixtureRequest, scale: Scale) -> Trial:
    trial = TRIALS[request.param](scale)
    if not trial.plans:
        pytest.skip("it takes minutes: only in a long run")
    return trial


@pytest.fixture(scope="module")
def records(trial: Trial, tmp_path_factory: pytest.TempPathFactory, say: Callable[[str], None]) -> list[Record]:
    records = []
    for seed, plan in enumerate(trial.plans, 1):
        answers = FailurePlan(seed, trial.share, trial.failures)
        records.append(run(plan, answers, tmp_path_factory.mktemp("kills")))
        say(f"{trial.fault}, seed {seed}: {summary(records[-1])}; {changes(records[-1])}")
    return records


def run(plan: Plan, answers: FailurePlan, directory: Path) -> Record:
    with HttpRateChecker(plan.interval_seconds, answers) as checker:
        environ = {
            "INGEST_UPSTREAM_URL": checker.upstream.url,
            # Only a call that hangs takes so long, also on a busy machine.
            "INGEST_UPSTREAM_TIMEOUT_SECONDS": "2",
            "INGEST_MAX_ATTEMPTS": str(ATTEMPTS),
            "INGEST_BACKOFF_SECONDS": "0.05",
        }
        return ChaosRun(plan, directory, answers.seed, checker, WSGI, MixedLoad, **environ).run()


def changes(record: Record) -> str:
    changes = record.changes
    struck = Counter(call.name for call in record.struck)
    return (
        f"{len(changes.cancels)} cancels, {len(changes.moves)} changes of priority, {len(changes.pauses)} pauses, "
        f"{len(changes.repeated)} sent again; killed in system calls: {dict(struck)}"
    )


def test_after_kill_9_no_accepted_id_is_lost(records: list[Record]) -> None:
    for record in records:
        assert record.accepted
        assert laws.lost(record) == []


def test_no_interval_has_more_than_three_calls_across_restarts(records: list[Record]) -> None:
    for record in records:
        assert laws.spans_of_four(record)[0] >= record.interval
        assert failure_laws.early_restarts(record) == []


def test_never_more_than_three_calls_are_in_work(records: list[Record]) -> None:
    assert max(map(laws.most_in_work, records)) <= 3


def test_a_kill_repeats_the_calls_of_one_slot_at_most(records: list[Record]) -> None:
    for record in records:
        repeats = laws.repeats(record)
        assert repeats[None] == 0
        assert max(repeats.values(), default=0) <= 3
        assert laws.called_after_completion(record) == []


def test_every_id_ends_with_the_one_result_that_its_last_answer_was(records: list[Record]) -> None:
    for record in map(mixed_laws.without_cancelled, records):
        assert failure_laws.wrong_results(record) == []
        assert failure_laws.called_too_often(record, ATTEMPTS) == []
        assert failure_laws.given_up_early(record, ATTEMPTS) == set()


def test_nothing_less_urgent_goes_before_what_waits_also_after_changes_of_priority(records: list[Record]) -> None:
    for record in records:
        assert record.changes.moves
        assert laws.overtaken(record) == []
        assert laws.out_of_acceptance_order(record) == []


def test_what_was_cancelled_is_not_called_any_more(records: list[Record]) -> None:
    for record in records:
        assert record.changes.cancels
        assert mixed_laws.called_after_cancel(record) == []
        assert mixed_laws.called_although_cancelled(record) == set()


def test_nothing_is_called_while_an_operator_paused_the_dispatcher(records: list[Record]) -> None:
    for record in records:
        assert mixed_laws.called_in_pause(record) == []


def test_what_is_sent_again_with_its_key_is_accepted_once(records: list[Record]) -> None:
    for record in records:
        assert record.changes.repeated
        assert mixed_laws.accepted_twice(record) == []


def test_the_kills_struck(trial: Trial, records: list[Record], figure: Callable[[str, str, str], None]) -> None:
    """The figures of the tests above, which come before this one."""
    kills = sum(len(record.kills) for record in records)
    assert kills == sum(planned(plan) for plan in trial.plans)
    struck, calls = sum(len(r.struck) for r in records), sum(len(plan.calls) for plan in trial.plans)
    assert struck >= calls / 2
    accepted = sum(len(one.ids) for record in records for one in record.accepted)
    lost = sum(len(laws.lost(record)) for record in records)
    most = max(most_in_a_span([one.at for one in record.arrivals], record.interval) for record in records)
    repeated = max(max(laws.repeats(record).values(), default=0) for record in records)
    at_calls = f", {struck} of them at one of {calls} system calls" if calls else ""
    figure(
        trial.fault,
        f"{kills} kills{at_calls}; {accepted:,} ids; cancels, changes of priority, pauses, keys, failing upstream",
        f"{lost} lost; at most {most} calls in any interval; at most {repeated} calls made again for a kill",
    )


def planned(plan: Plan) -> int:
    """Return the kills of a plan, with those that are in each run."""
    return plan.loaded + plan.calling + plan.starting + plan.quiet + plan.paused + len(plan.calls) + 2
