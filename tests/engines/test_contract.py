"""The contract of the port `Engine`: what every engine does."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from threading import Thread

import pytest

from ingest_service.dispatch.retries import RetryRules
from ingest_service.domain.ledger import Answer
from ingest_service.domain.model import Priority, Status
from ingest_service.domain.rate import Quota
from ingest_service.errors import BacklogFull, DeadlineImpossible, KeyReused, SettingError
from tests.doubles import NothingScheduled
from tests.engines.rig import Rig
from tests.engines.wiring import FINAL, PASSING, RATE, SECOND, LongestBackoff

RigWith = Callable[..., Rig]


# Order, packing and late choice.


def test_an_engine_says_until_when_it_waits_as_far_as_it_knows(rig: Rig) -> None:
    times: list[int | None] = []
    rig.admit_at(10 * SECOND, [1, 2, 3])
    slot = rig.engine.open(times.append)
    assert slot is not None
    assert (times[0], times[-1]) == (None, slot.opened)


def test_the_example_of_the_specification_packs_the_last_of_high_with_the_rest_of_medium(rig: Rig) -> None:
    rig.admit_at(0, [1, 2, 3, 4, 5])
    rig.admit_at(4 * SECOND, [6, 7, 8, 9], "HIGH")
    linger = RATE.linger
    assert [rig.run_slot() for _ in range(3)] == [
        (linger, [1, 2, 3]),
        (linger + 5 * SECOND, [6, 7, 8]),
        (linger + 10 * SECOND, [9, 4, 5]),
    ]


def test_a_high_that_arrives_during_the_wait_goes_first(rig: Rig) -> None:
    rig.admit([1, 2, 3, 4, 5, 6])
    rig.run_slot()
    rig.admit_at(5 * SECOND, [7, 8, 9], "HIGH")
    assert rig.run_slot()[1] == [7, 8, 9]


def test_submissions_made_together_on_an_idle_service_are_ordered_together(rig: Rig) -> None:
    rig.admit_at(0, [1, 2], "LOW")
    rig.admit_at(RATE.linger - 1, [3], "HIGH")
    assert rig.run_slot() == (RATE.linger, [3, 1, 2])


def test_ingestions_of_one_priority_keep_the_order_in_which_they_were_accepted(rig: Rig) -> None:
    for ids in ([1, 2], [3], [4, 5, 6]):
        rig.admit(ids)
    assert [rig.run_slot()[1] for _ in range(2)] == [[1, 2, 3], [4, 5, 6]]


def test_no_batch_overtakes_another_to_fill_a_hole(rig: Rig) -> None:
    for ids in ([1, 2], [3, 4], [5]):
        rig.admit(ids)
    assert [rig.run_slot()[1] for _ in range(2)] == [[1, 2], [3, 4, 5]]


# Slots of several batches, and full ones.


FIVE = replace(RATE, slot_size=5)
FULL = replace(FIVE, fills=True)


def test_a_slot_takes_whole_batches_as_long_as_they_fit(rig_with: RigWith) -> None:
    rig = rig_with(rate=FIVE)
    for ids in ([1, 2], [3, 4, 5], [6, 7, 8, 9, 10]):
        rig.admit(ids)
    assert [rig.run_slot()[1] for _ in range(2)] == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]


def test_a_full_slot_splits_a_batch_which_is_triggered_until_each_id_has_an_outcome(rig_with: RigWith) -> None:
    rig = rig_with(rate=FULL)
    ingestion_id = rig.admit([1, 2, 3, 4, 5, 6])
    other = rig.admit([7, 8, 9])
    assert rig.run_slot()[1] == [1, 2, 3, 4, 5]
    progress = rig.progress(ingestion_id)
    assert [progress.status_of(number) for number in (0, 1)] == [Status.COMPLETED, Status.TRIGGERED]
    assert rig.run_slot()[1] == [6, 7, 8, 9]
    assert [rig.progress(one).status for one in (ingestion_id, other)] == [Status.COMPLETED] * 2


def test_ids_that_failed_come_back_before_the_rest_of_their_batch_and_in_full_slots(rig_with: RigWith) -> None:
    rig = rig_with(rate=FULL)
    ingestion_id = rig.admit(range(1, 13))
    good = Answer("{}")
    rig.run_slot(good, PASSING, PASSING, PASSING, PASSING)
    assert [rig.run_slot()[1] for _ in range(2)] == [[2, 3, 4, 5, 6], [7, 8, 9, 10, 11]]
    rig.run_slot()
    assert [(one.record_id, one.attempts) for one in rig.outcomes(ingestion_id)][:6] == [
        *((1, 1), (2, 2), (3, 2), (4, 2), (5, 2), (6, 1)),
    ]
    assert rig.progress(ingestion_id).status is Status.COMPLETED


def test_after_a_crash_the_open_part_of_a_split_batch_is_called_again_and_then_the_rest(rig_with: RigWith) -> None:
    rig = rig_with(rate=FULL)
    ingestion_id = rig.admit([1, 2, 3, 4, 5, 6])
    rig.open()
    rig.restart()
    assert [rig.run_slot()[1] for _ in range(2)] == [[1, 2, 3, 4, 5], [6]]
    assert rig.progress(ingestion_id).status is Status.COMPLETED


def test_the_rest_of_a_split_batch_has_failed_when_its_ingestion_is_cancelled(rig_with: RigWith) -> None:
    rig = rig_with(rate=FULL)
    ingestion_id = rig.admit(range(1, 10))
    rig.run_slot()
    rig.engine.cancel(rig.sequence(ingestion_id))
    progress = rig.progress(ingestion_id)
    assert [progress.status_of(number) for number in range(3)] == [
        *(Status.COMPLETED, Status.COMPLETED, Status.CANCELLED),
    ]
    assert [(one.record_id, one.error) for one in rig.outcomes(ingestion_id)][5:] == [(6, "cancelled")]


# Pacing.


def test_the_interval_counts_from_the_last_call_that_started(rig: Rig) -> None:
    rig.admit([1, 2, 3, 4])
    slot = rig.open()
    rig.clock.time += SECOND
    rig.close(slot)
    assert rig.run_slot()[0] == RATE.linger + SECOND + RATE.interval


def test_a_late_slot_moves_the_following_ones_and_none_catches_up(rig: Rig) -> None:
    rig.admit([1, 2, 3, 4, 5, 6, 7, 8, 9])
    rig.run_slot()
    rig.clock.time += 12 * SECOND
    late, _ = rig.run_slot()
    assert rig.run_slot()[0] == late + RATE.interval


def test_a_pause_that_the_upstream_asks_for_is_kept_and_bounded(rig: Rig) -> None:
    rig.admit([1, 2])
    rig.run_slot(replace(FINAL, pause=100 * SECOND), FINAL)
    rig.admit([3])
    assert rig.run_slot()[0] == RATE.linger + 100 * SECOND
    rig.admit([4])
    rig.run_slot(replace(FINAL, pause=10**6 * SECOND))
    rig.admit([5])
    assert rig.engine.opens_in() == RATE.longest_pause


def test_a_pause_of_the_upstream_survives_a_crash(rig: Rig) -> None:
    rig.admit([1, 2, 3, 4])
    opened, _ = rig.run_slot(*[replace(FINAL, pause=60 * SECOND)] * 3)
    rig.restart()
    assert rig.run_slot() == (opened + 60 * SECOND, [4])


# Quotas.


# With slots of 3 in 5 s.
SEVEN_A_MINUTE = replace(RATE, quotas=(Quota(7, 60 * SECOND),))


def test_a_quota_lets_a_slot_open_when_enough_has_left_its_window(rig_with: RigWith) -> None:
    rig = rig_with(rate=SEVEN_A_MINUTE)
    rig.admit(range(1, 13))
    first, second = (rig.run_slot()[0] for _ in range(2))
    assert [rig.run_slot() for _ in range(2)] == [
        (first + 60 * SECOND, [7, 8, 9]),
        (second + 60 * SECOND, [10, 11, 12]),
    ]


def test_slots_that_are_not_full_waste_nothing_of_a_quota(rig_with: RigWith) -> None:
    rig = rig_with(rate=SEVEN_A_MINUTE)
    opened = []
    for one in range(1, 8):
        rig.admit([one])
        opened.append(rig.run_slot()[0])
    rig.admit([8])
    assert rig.run_slot() == (opened[0] + 60 * SECOND, [8])


def test_what_a_slot_carries_is_chosen_when_the_quota_lets_it_open(rig_with: RigWith) -> None:
    rig = rig_with(rate=SEVEN_A_MINUTE)
    rig.admit(range(1, 10), "LOW")
    first, _ = (rig.run_slot()[0] for _ in range(2))
    rig.admit_at(first + 59 * SECOND, [21, 22, 23], "HIGH")
    assert rig.run_slot() == (first + 60 * SECOND, [21, 22, 23])


def test_an_urgent_id_that_fits_into_the_quota_does_not_wait_for_what_does_not(rig_with: RigWith) -> None:
    rig = rig_with(rate=SEVEN_A_MINUTE)
    rig.admit(range(1, 10), "LOW")
    for _ in range(2):
        rig.run_slot()
    rig.admit_at(20 * SECOND, [21], "HIGH")
    assert rig.run_slot() == (20 * SECOND, [21])


def test_an_id_that_is_due_again_and_fits_into_the_quota_does_not_wait_either(rig_with: RigWith) -> None:
    rig = rig_with(rate=SEVEN_A_MINUTE, retry_rules=RetryRules(3, 30 * SECOND, LongestBackoff()))
    rig.admit(range(1, 10))
    good = Answer("{}")
    first, _ = rig.run_slot(PASSING, good, good)
    rig.run_slot()
    assert rig.run_slot() == (first + 30 * SECOND, [1])


def test_a_slot_that_fits_into_the_quota_since_a_cancellation_is_not_late(rig_with: RigWith) -> None:
    rig = rig_with(rate=SEVEN_A_MINUTE)
    large = rig.admit(range(1, 10))
    rig.admit([21], "LOW")
    for _ in range(2):
        rig.run_slot()
    rig.clock.at(rig.began + 20 * SECOND, lambda: rig.engine.cancel(rig.sequence(large)))
    assert rig.run_slot() == (20 * SECOND, [21])
    assert rig.wiring.observer.slots[-1] == (1, 0)


def test_a_quota_outlives_a_crash(rig_with: RigWith) -> None:
    rig = rig_with(rate=SEVEN_A_MINUTE)
    rig.admit(range(1, 10))
    first, _ = (rig.run_slot()[0] for _ in range(2))
    rig.restart()
    assert rig.run_slot() == (first + 60 * SECOND, [7, 8, 9])


def test_a_slot_that_was_open_at_a_crash_counts_from_the_restart(rig_with: RigWith) -> None:
    rig = rig_with(rate=replace(SEVEN_A_MINUTE, quotas=(Quota(3, 60 * SECOND),)))
    rig.admit(range(1, 4))
    rig.open()
    rig.clock.time += SECOND
    restarted = rig.clock.now() - rig.began
    rig.restart()
    opened, ids = rig.run_slot()
    assert opened >= restarted + 60 * SECOND
    assert ids == [1, 2, 3]


def test_a_quota_that_is_used_up_lets_no_slot_open(rig_with: RigWith) -> None:
    rig = rig_with(rate=replace(SEVEN_A_MINUTE, quotas=(Quota(6, 60 * SECOND),)))
    rig.admit(range(1, 10))
    first, second = (rig.run_slot()[0] for _ in range(2))
    assert rig.engine.snapshot().opens_in == first + 60 * SECOND - second


# Crashes: the slot is durable before its calls, and nothing accepted is lost.


def test_after_a_crash_the_next_slot_opens_as_early_as_the_ledger_proves_that_it_may(rig: Rig) -> None:
    rig.admit([1, 2, 3, 4])
    opened, _ = rig.run_slot()
    first = rig.first_start(last_call=opened)
    rig.restart()
    assert rig.run_slot() == (first, [4])


def test_after_a_crash_in_an_open_slot_its_ids_are_called_again_when_nothing_of_it_can_go_on(rig: Rig) -> None:
    rig.admit([1, 2, 3, 4])
    rig.open()
    rig.clock.time += SECOND
    first = rig.first_start(last_call=None)
    rig.restart()
    assert [rig.run_slot() for _ in range(2)] == [
        (first, [1, 2, 3]),
        (first + RATE.interval, [4]),
    ]


def test_everything_accepted_waits_again_after_a_crash_in_its_place(rig: Rig) -> None:
    rig.admit([1, 2, 3], "LOW")
    rig.admit([4, 5, 6], "HIGH")
    before = [ids for _, ids in rig.planned()]
    rig.restart()
    assert [ids for _, ids in rig.planned()] == before == [[4, 5, 6], [1, 2, 3]]


def test_a_batch_larger_than_a_slot_stops_the_start_with_a_sentence(rig: Rig) -> None:
    rig.admit([1, 2, 3])
    rig.wiring.rate = replace(RATE, slot_size=2)
    with pytest.raises(SettingError, match="waits in batches of 3; allowed is 3 or more until it is done"):
        rig.restart()


def test_a_slot_that_is_closed_in_time_is_kept(rig: Rig) -> None:
    ingestion_id = rig.admit([1])
    slot = rig.open()
    assert rig.engine.close(slot, rig.calls([Answer("{}")]))
    assert [one.record_id for one in rig.outcomes(ingestion_id)] == [1]


# Retries.


def test_an_id_that_failed_comes_back_alone_after_its_backoff_at_its_old_place(rig: Rig) -> None:
    ingestion_id = rig.admit([1, 2, 3, 4])
    good = Answer("{}")
    opened, _ = rig.run_slot(good, PASSING, good)
    assert rig.run_slot() == (opened + RATE.interval, [2, 4])
    assert [(one.record_id, one.attempts) for one in rig.outcomes(ingestion_id)] == [
        (1, 1),
        (2, 2),
        (3, 1),
        (4, 1),
    ]


def test_an_id_fails_for_good_after_its_last_attempt(rig: Rig) -> None:
    ingestion_id = rig.admit([1])
    for _ in range(3):
        rig.run_slot(PASSING)
    (outcome,) = rig.outcomes(ingestion_id)
    assert (outcome.error, outcome.attempts) == ("HTTP 500", 3)
    assert rig.progress(ingestion_id).status is Status.COMPLETED


def test_a_final_error_is_an_outcome_at_once(rig: Rig) -> None:
    ingestion_id = rig.admit([1])
    rig.run_slot(FINAL)
    assert [(one.error, one.attempts) for one in rig.outcomes(ingestion_id)] == [("HTTP 404", 1)]


def test_a_backoff_survives_a_crash(rig: Rig) -> None:
    rig.admit([1])
    opened, _ = rig.run_slot(PASSING)
    first = rig.first_start(last_call=opened)
    rig.restart()
    assert rig.run_slot() == (max(opened + 5 * SECOND, first), [1])


def test_while_the_upstream_fails_wholly_a_slot_carries_one_id(rig: Rig) -> None:
    rig.admit(range(1, 13))
    sizes = []
    for _ in range(5):
        slot = rig.open()
        sizes.append(len(slot.ids))
        rig.close(slot, *[PASSING] * len(slot.ids))
    assert sizes == [3, 3, 3, 1, 1]
    slot = rig.open()
    rig.close(slot, FINAL)
    assert len(rig.open().ids) == 3


# Cancelling, priorities and an operator's pause.


def test_a_cancelled_ingestion_is_not_called_any_more(rig: Rig) -> None:
    cancelled, other = rig.admit([1, 2, 3, 4]), rig.admit([5])
    rig.run_slot()
    rig.engine.cancel(rig.sequence(cancelled))
    assert rig.run_slot()[1] == [5]
    assert rig.progress(cancelled).status is Status.CANCELLED
    assert rig.progress(other).status is Status.COMPLETED


def test_an_ingestion_that_is_cancelled_while_it_is_called_keeps_its_outcomes_and_is_not_retried(rig: Rig) -> None:
    ingestion_id = rig.admit([1, 2])
    slot = rig.open()
    rig.engine.cancel(rig.sequence(ingestion_id))
    rig.close(slot, Answer("{}"), PASSING)
    assert [one.error for one in rig.outcomes(ingestion_id)] == [None, "HTTP 500"]
    with pytest.raises(NothingScheduled):
        rig.engine.open()


def test_ids_that_wait_for_a_retry_fail_when_their_ingestion_is_cancelled(rig: Rig) -> None:
    ingestion_id = rig.admit([1, 2])
    rig.run_slot(Answer("{}"), PASSING)
    rig.engine.cancel(rig.sequence(ingestion_id))
    assert [one.error for one in rig.outcomes(ingestion_id)] == [None, "cancelled"]
    assert rig.progress(ingestion_id).status is Status.COMPLETED


def test_another_priority_counts_at_once_and_after_a_crash(rig: Rig) -> None:
    low, _ = rig.admit([1, 2, 3], "LOW"), rig.admit([4, 5, 6])
    rig.engine.reprioritise(rig.sequence(low), Priority.HIGH)
    assert [ids for _, ids in rig.planned()] == [[1, 2, 3], [4, 5, 6]]
    rig.restart()
    assert rig.run_slot()[1] == [1, 2, 3]


def test_no_slot_opens_while_an_operator_pauses_also_after_a_crash(rig: Rig) -> None:
    rig.admit([1, 2, 3])
    rig.engine.pause()
    rig.engine.pause()
    rig.restart()
    with pytest.raises(NothingScheduled):
        rig.engine.open()
    rig.clock.at(rig.began + 60 * SECOND, rig.engine.resume)
    assert rig.run_slot() == (60 * SECOND, [1, 2, 3])
    rig.engine.resume()


# Admission: keys, bounds and deadlines.


def test_a_key_that_came_before_stands_for_the_same_ingestion_even_without_room(rig_with: RigWith) -> None:
    rig = rig_with(most_ids=3)
    first = rig.admit([1, 2, 3], key="once")
    assert rig.admit([1, 2, 3], key="once") == first
    rig.restart()
    assert rig.admit([1, 2, 3], key="once") == first
    assert [ids for _, ids in rig.planned()] == [[1, 2, 3]]


def test_a_key_with_another_content_is_refused(rig: Rig) -> None:
    rig.admit([1, 2, 3], key="once")
    with pytest.raises(KeyReused, match="once was sent before with other ids"):
        rig.admit([1, 2], key="once")


def test_the_bound_is_exact_and_room_comes_back_with_what_is_released(rig_with: RigWith) -> None:
    rig = rig_with(most_ids=5)
    rig.admit([1, 2, 3, 4])
    rig.admit([5])
    with pytest.raises(BacklogFull) as caught:
        rig.admit([6])
    assert caught.value.room_in == RATE.linger
    rig.run_slot()
    rig.admit([6, 7, 8])
    with pytest.raises(BacklogFull):
        rig.admit([9])


def test_a_deadline_that_cannot_be_met_is_refused_and_takes_no_room(rig_with: RigWith) -> None:
    rig = rig_with(most_ids=6)
    rig.admit([1, 2, 3])
    ends = rig.clock.wall() + RATE.linger + RATE.interval
    with pytest.raises(DeadlineImpossible) as caught:
        rig.engine.admit(rig.submission([4, 5, 6], deadline=ends - 1), None)
    assert caught.value.earliest == ends
    rig.engine.admit(rig.submission([4, 5, 6], deadline=ends), None)


# The snapshot.


def test_the_slots_of_a_snapshot_are_those_that_open(rig: Rig) -> None:
    for ids, priority in (([1, 2, 3, 4], "LOW"), ([5], "HIGH"), ([6, 7], "MEDIUM"), ([8, 9, 10], "HIGH")):
        rig.admit(ids, priority)
    planned = rig.planned()
    assert [rig.run_slot() for _ in planned] == planned


def test_a_snapshot_does_not_change(rig: Rig) -> None:
    rig.admit([1, 2, 3, 4])
    snapshot = rig.engine.snapshot()
    before = list(snapshot.slots())
    rig.run_slot()
    rig.admit([5, 6, 7], "HIGH")
    assert list(snapshot.slots()) == before == list(snapshot.slots())


def test_a_snapshot_could_be_sent_to_another_machine_and_holds_no_ids(rig: Rig) -> None:
    rig.admit([1, 2, 3])
    with_few = len(pickle.dumps(rig.engine.snapshot()))
    rig.admit(range(1, 901))
    assert len(pickle.dumps(rig.engine.snapshot())) < with_few + 900


def test_what_is_read_at_one_moment_agrees_with_the_snapshot(rig: Rig) -> None:
    ingestion_id = rig.admit([1, 2, 3, 4, 5, 6])

    def disturb() -> None:
        rig.run_slot()
        rig.engine.snapshot()

    disturbances = [disturb]

    def read() -> int:
        """Read, and let a slot open and close in another thread right afterwards, and be seen, once."""
        released = rig.progress(ingestion_id).released
        if disturbances:
            disturber = Thread(target=disturbances.pop())
            disturber.start()
            disturber.join()
        return released

    released, snapshot = rig.engine.at_one_moment(read)
    assert released == 3
    assert [entry.first for entry in snapshot.waiting] == [3]


# Stopping.


def test_a_stopped_engine_opens_no_slot_and_may_be_stopped_twice(rig: Rig) -> None:
    rig.admit([1, 2, 3])
    rig.engine.stop()
    rig.engine.stop()
    assert rig.engine.open() is None


def test_a_stop_ends_the_wait_for_a_slot_at_once(rig: Rig) -> None:
    rig.admit([1, 2, 3, 4])
    rig.run_slot()
    rig.clock.at(rig.clock.now() + SECOND, rig.engine.stop)
    assert rig.engine.open() is None
    assert rig.clock.now() - rig.began == RATE.linger + SECOND


def test_an_engine_that_was_stopped_goes_on_after_another_start(rig: Rig) -> None:
    rig.admit([1, 2, 3, 4])
    opened, _ = rig.run_slot()
    rig.engine.stop()
    rig.engine.start()
    assert rig.run_slot() == (opened + RATE.interval, [4])
