"""Slots of two replicas: one pace and one order, whichever of them opens a slot; one that is left open is lost."""

from collections.abc import Iterator

import pytest

from ingest_service.domain.ledger import Call
from tests.doubles import NothingScheduled
from tests.engines.places import TIMES
from tests.engines.wiring import FINAL, PASSING, RATE, SECOND
from tests.stores.postgres.two_replicas import TwoReplicas


@pytest.fixture
def pair(postgres_url: str) -> Iterator[TwoReplicas]:
    with TwoReplicas(postgres_url) as pair:
        yield pair


def test_replicas_keep_one_pace_and_one_order(pair: TwoReplicas) -> None:
    pair.one.admit([1, 2, 3, 4], "LOW")
    pair.other.admit([5, 6, 7, 8], "HIGH")
    slots = []
    for replica in (pair.one, pair.other, pair.one):
        slot = replica.open()
        replica.close(slot)
        slots.append((pair.since_began(slot), slot.ids))
    linger, interval = RATE.linger, RATE.interval
    assert slots == [(linger, (5, 6, 7)), (linger + interval, (8,)), (linger + 2 * interval, (1, 2, 3))]


def test_the_other_replica_waits_an_interval_from_the_last_call_and_not_from_the_close(pair: TwoReplicas) -> None:
    pair.one.admit([1, 2, 3, 4])
    slot = pair.one.open()
    pair.clock.time += SECOND
    assert pair.one.engine.close(slot, [Call(slot.opened, FINAL)] * 3)
    assert pair.since_began(pair.other.open()) == RATE.linger + RATE.interval


def test_a_slot_that_is_left_open_is_lost_when_nothing_of_it_can_go_on_and_its_ids_are_called_again(
    pair: TwoReplicas, caplog: pytest.LogCaptureFixture
) -> None:
    ingestion_id = pair.one.admit([1, 2, 3, 4])
    left = pair.one.open()
    again = pair.other.open()
    assert (again.ids, pair.since_began(again)) == ((1, 2, 3), RATE.linger + TIMES.until_lost)
    assert [batch.attempts for batch in again.batches] == [0]
    assert pair.other.wiring.observer.slots_lost == 1
    assert "slot 1 was lost: its replica did not close it; its ids are called again" in caplog.text
    assert not pair.one.close(left)
    assert pair.other.outcomes(ingestion_id) == []
    assert pair.other.close(again)
    assert [outcome.attempts for outcome in pair.other.outcomes(ingestion_id)] == [1, 1, 1]


def test_ids_of_a_cancelled_ingestion_in_a_lost_slot_come_to_an_end(pair: TwoReplicas) -> None:
    ingestion_id = pair.one.admit([1, 2, 3, 4])
    pair.one.open()
    pair.other.engine.cancel(pair.other.progress(ingestion_id).sequence)
    slot = pair.other.open()
    pair.other.close(slot, PASSING, FINAL, PASSING)
    assert len(pair.other.outcomes(ingestion_id)) == 3
    with pytest.raises(NothingScheduled):
        pair.other.engine.open()


def test_a_slot_in_which_nothing_was_called_is_spent_and_counts_as_no_attempt(pair: TwoReplicas) -> None:
    ingestion_id = pair.one.admit([1, 2, 3])
    slot = pair.one.open()
    assert pair.one.close(slot, None, None, None)
    again = pair.other.open()
    assert (again.ids, pair.since_began(again)) == ((1, 2, 3), RATE.linger + RATE.interval)
    pair.other.close(again)
    assert [outcome.attempts for outcome in pair.other.outcomes(ingestion_id)] == [1, 1, 1]


def test_ids_that_came_too_late_are_called_alone_in_the_next_slot(pair: TwoReplicas) -> None:
    ingestion_id = pair.one.admit([1, 2, 3])
    slot = pair.one.open()
    pair.one.close(slot, FINAL, None, None)
    again = pair.one.open()
    assert (again.ids, [batch.attempts for batch in again.batches]) == ((2, 3), [0])
    pair.one.close(again)
    assert [outcome.attempts for outcome in pair.one.outcomes(ingestion_id)] == [1, 1, 1]


def test_an_id_keeps_its_attempts_when_its_slot_is_lost(pair: TwoReplicas) -> None:
    pair.one.admit([1])
    pair.one.close(pair.one.open(), PASSING)
    pair.one.open()
    assert [batch.attempts for batch in pair.other.open().batches] == [1]


def test_no_replica_opens_a_slot_while_an_operator_pauses_at_one_of_them(pair: TwoReplicas) -> None:
    pair.one.admit([1, 2, 3])
    pair.other.engine.pause()
    with pytest.raises(NothingScheduled):
        pair.one.engine.open()
    pair.one.engine.resume()
    assert pair.one.open().ids == (1, 2, 3)


def test_each_replica_forecasts_the_slots_that_any_of_them_opens(pair: TwoReplicas) -> None:
    pair.one.admit([1, 2, 3, 4])
    pair.other.admit([5, 6], "HIGH")
    plans = [
        [(slot.opens, replica.records.batch_ids(slot.batches)) for slot in replica.engine.snapshot().slots()]
        for replica in (pair.one, pair.other)
    ]
    assert plans[0] == plans[1]
    opened = []
    for replica in (pair.other, pair.one, pair.other)[: len(plans[0])]:
        slot = replica.open()
        replica.close(slot)
        opened.append((slot.opened, slot.ids))
    assert opened == plans[0]


def test_a_grant_runs_from_before_the_slot_was_written_down(pair: TwoReplicas) -> None:
    pair.one.admit([1])
    pair.clock.suspended = 7 * SECOND
    slot = pair.one.open()
    assert slot.until == slot.opened + 7 * SECOND + TIMES.grant
