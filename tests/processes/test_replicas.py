"""Three replicas on one PostgreSQL, struck by every known fault: one rate, one order, and nothing is lost."""

from collections.abc import Callable, Iterator

import pytest

from tests.postgres.binaries import find_binaries
from tests.postgres.server import PostgresServer, temporary_folder
from tests.processes.failure_plan import FAILURES, FailurePlan
from tests.processes.replicas import laws
from tests.processes.replicas.chaos import ReplicasChaos
from tests.processes.replicas.faults import plan
from tests.processes.replicas.record import ReplicasRecord
from tests.processes.replicas.summary import summary
from tests.processes.replicas.times import INTERVAL
from tests.processes.replicas.traps import Trap
from tests.processes.replicas.witness import Witness

pytestmark = pytest.mark.slow

SEED = 1


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with temporary_folder() as folder, PostgresServer(find_binaries(), folder / "replicas") as server:
        yield server


@pytest.fixture(scope="module")
def record(
    server: PostgresServer, tmp_path_factory: pytest.TempPathFactory, say: Callable[[str], None]
) -> ReplicasRecord:
    with Witness(FailurePlan(SEED, 0.06, FAILURES)) as witness:
        chaos = ReplicasChaos(server, tmp_path_factory.mktemp("replicas"), SEED, witness)
        record = chaos.run(plan(SEED))
    say(f"replicas: {summary(record)}")
    return record


def test_no_interval_has_more_than_three_calls(record: ReplicasRecord) -> None:
    assert laws.spans_of_four(record)[0] >= INTERVAL


def test_never_more_than_three_calls_are_in_work(record: ReplicasRecord) -> None:
    assert laws.most_in_work(record) <= 3


def test_nothing_that_was_accepted_is_lost(record: ReplicasRecord) -> None:
    assert laws.lost(record) == []


def test_clients_are_told_what_came_of_each_id(record: ReplicasRecord) -> None:
    assert laws.wrong_results(record) == []


def test_each_slot_carries_what_was_most_urgent_when_it_opened(record: ReplicasRecord) -> None:
    assert record.misordered == []


def test_the_order_of_acceptance_holds_across_replicas(record: ReplicasRecord) -> None:
    assert laws.out_of_acceptance_order(record) == []


def test_few_calls_slip_between_the_look_at_the_fence_and_the_sending(record: ReplicasRecord) -> None:
    assert len(record.slipped) <= 3


def test_each_call_is_one_of_a_slot_of_its_replica(record: ReplicasRecord) -> None:
    assert laws.foreign_calls(record) == []


def test_a_slot_is_lost_only_where_its_replica_was_struck(record: ReplicasRecord) -> None:
    assert any(slot.how == "lost" for slot in record.slots)
    assert laws.unexplained_losses(record) == []


def test_an_id_is_called_again_only_after_a_failure_or_a_fault(record: ReplicasRecord) -> None:
    assert laws.unexplained_repeats(record) == []


def test_what_was_reported_as_completed_is_never_called_again(record: ReplicasRecord) -> None:
    assert record.reported
    assert laws.called_after_completion(record) == []


def test_each_slot_ends_once_and_its_outcomes_are_written_once(record: ReplicasRecord) -> None:
    assert laws.ended_twice(record) == []
    assert laws.strange_outcomes(record) == []


def test_attempts_are_counted_across_replicas(record: ReplicasRecord) -> None:
    assert laws.miscounted_attempts(record) == []


def test_nothing_is_called_while_an_operator_has_paused(record: ReplicasRecord) -> None:
    assert record.paused
    assert laws.calls_in_pauses(record) == []


def test_the_next_slot_opens_soon_after_any_fault(record: ReplicasRecord) -> None:
    assert laws.long_gaps(record) == []


def test_a_replica_that_does_not_move_holds_the_gate_for_a_short_time_only(record: ReplicasRecord) -> None:
    assert record.holds
    assert laws.long_holds(record) == []


def test_the_plan_was_carried_out(record: ReplicasRecord) -> None:
    planned, trapped = plan(SEED), [one for one in record.struck if isinstance(one.fault.moment, Trap)]
    assert len(record.struck) == len(planned)
    # A replica that opens no slot comes into no trap, and is killed.
    assert len(trapped) >= 0.7 * sum(isinstance(fault.moment, Trap) for fault in planned)
