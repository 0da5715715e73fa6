"""The ids that quotas count."""

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from ingest_service.domain.long_list import PART
from ingest_service.domain.rate import Quota, RateLimit
from ingest_service.domain.usage import CalledSlot, QuotaUse, UsageLog, each_before_the_next

FOUR_IN_TEN = RateLimit(2, 1, 0, 0, quotas=(Quota(4, 10),))


def usage_of(rate: RateLimit, *slots: tuple[int, int]) -> UsageLog:
    return UsageLog(rate, [CalledSlot(*slot) for slot in slots])


def test_a_quota_that_is_not_used_up_holds_nothing_up() -> None:
    usage = usage_of(FOUR_IN_TEN, (0, 2)).usage
    assert usage.free_at(2) < 0
    assert usage.room(5) == 2
    assert usage.holds_until(2, now=5) is None


def test_a_slot_waits_until_as_many_ids_have_left_the_window_as_it_would_have_too_many() -> None:
    usage = usage_of(FOUR_IN_TEN, (0, 1), (3, 2), (5, 1)).usage
    assert [usage.free_at(ids) for ids in (1, 2, 3, 4)] == [10, 13, 13, 15]
    assert [usage.room(time) for time in (9, 10, 13, 15)] == [0, 1, 3, 4]
    assert usage.holds_until(2, now=12) == (Quota(4, 10), 13)
    assert usage.holds_until(2, now=13) is None


def test_what_came_before_another_was_no_later_than_that() -> None:
    assert each_before_the_next([5, 3, 9, 8]) == [3, 3, 8, 8]


def test_a_slot_of_no_ids_waits_for_no_quota_that_is_used_up() -> None:
    assert usage_of(FOUR_IN_TEN, (0, 2), (3, 2), (6, 2)).usage.free_at(0) < 0


def test_without_quotas_nothing_holds_a_slot_up() -> None:
    usage = usage_of(RateLimit(2, 1, 0, 0), (0, 2)).usage
    assert usage.holds_until(2, now=0) is None


def test_the_guard_keeps_a_slot_in_the_window_for_longer() -> None:
    rate = RateLimit(2, 1, 0, 0, quotas=(Quota(4, 10),), guard=3)
    assert usage_of(rate, (0, 4)).usage.free_at(1) == 13


def test_a_slot_counts_from_the_last_of_its_calls_and_with_the_ids_that_were_called() -> None:
    log = usage_of(FOUR_IN_TEN, (0, 3))
    log.note(CalledSlot(4, 2))
    log.close(started=6, ids=1)
    assert [log.usage.free_at(ids) for ids in (1, 3, 4)] == [10, 10, 16]


def test_a_slot_that_was_noted_late_counts_from_when_it_is_known_to_have_called_but_not_before_another() -> None:
    log = usage_of(FOUR_IN_TEN, (3, 2))
    log.note(CalledSlot(8, 2))
    log.close(started=5, ids=2)
    assert log.usage.free_at(3) == 15
    log.close(started=1, ids=2)
    assert log.usage.free_at(3) == 13


def test_every_limit_says_what_is_used_and_when_the_next_seat_comes_free() -> None:
    usage = usage_of(FOUR_IN_TEN, (0, 1), (3, 2)).usage
    assert usage.uses(3) == (QuotaUse(Quota(2, 1), 2, 4), QuotaUse(Quota(4, 10), 3, 10))
    assert usage.uses(11) == (QuotaUse(Quota(2, 1), 0, None), QuotaUse(Quota(4, 10), 2, 13))
    assert UsageLog(FOUR_IN_TEN).usage.uses(0) == (QuotaUse(Quota(2, 1), 0, None), QuotaUse(Quota(4, 10), 0, None))


def test_a_usage_stays_as_it_was_taken() -> None:
    log = usage_of(FOUR_IN_TEN, (0, 1), (3, 2))
    before = log.usage
    log.close(started=4, ids=2)
    for time in range(5, 5000):
        log.note(CalledSlot(time, 2))
    assert [before.free_at(ids) for ids in (2, 3, 4)] == [10, 13, 13]


def test_only_what_a_quota_may_count_is_kept() -> None:
    log = usage_of(FOUR_IN_TEN)
    for time in range(100_000):
        log.note(CalledSlot(time, 1))
    assert len(log.usage.starts) < 2 * PART


def test_what_is_used_is_counted_right_while_slots_leave() -> None:
    log = usage_of(RateLimit(1, 1, 0, 0, quotas=(Quota(10, 10**9),)))
    used = []
    for time in range(PART + 20):
        log.note(CalledSlot(time, 1))
        used.append(log.usage.uses(time)[1].used)
    assert used == [min(count, 10) for count in range(1, PART + 21)]


def test_memory_has_no_peak_while_slots_leave() -> None:
    tracemalloc.start()
    log = usage_of(RateLimit(1, 1, 0, 0, quotas=(Quota(20_000, 30_000),)))
    for time in range(60_000):
        log.note(CalledSlot(time, 1))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 16 * (20_000 + 3 * PART)
    assert log.usage.free_at(1) == 60_000 - 20_000 + 30_000


def test_a_usage_stays_as_it_was_taken_while_slots_leave() -> None:
    log = usage_of(RateLimit(1, 1, 0, 0, quotas=(Quota(2 * PART, 10),)))
    for time in range(2 * PART):
        log.note(CalledSlot(time, 1))
    before, seen = log.usage, log.usage.noted()
    for time in range(2 * PART, 9 * PART):
        log.note(CalledSlot(time, 1))
    assert (before.free_at(1), before.free_at(PART), before.noted()) == (10, PART + 9, seen)


def test_what_is_used_stays_right_while_old_slots_are_dropped() -> None:
    log = usage_of(FOUR_IN_TEN)
    for time in range(9, 30_000, 3):
        log.note(CalledSlot(time, 1))
        _, used = log.usage.uses(time)
        assert used == QuotaUse(Quota(4, 10), min(4, (time - 6) // 3), max(19, time + 1))
    assert len(log.usage.starts) < 5000


def test_a_slot_that_is_noted_with_an_earlier_time_counts_as_one_after_those_before_it() -> None:
    assert usage_of(FOUR_IN_TEN, (5, 2), (3, 2)).usage.free_at(3) == 15


quotas = st.lists(st.builds(Quota, st.integers(3, 12), st.integers(1, 30)), min_size=1, max_size=3)
called = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3)), max_size=40)


@given(quotas, called, st.integers(1, 3), st.integers(0, 3))
def test_a_slot_fits_exactly_from_when_it_is_free_on(
    limits: list[Quota], gaps: list[tuple[int, int]], ids: int, guard: int
) -> None:
    log = UsageLog(RateLimit(3, 1, 0, 0, quotas=tuple(limits), guard=guard))
    slots, now = [], 0
    for gap, count in gaps:
        now += gap
        slots.append((now, count))
        log.note(CalledSlot(now, count))
    free = log.usage.free_at(ids)
    for time in range(now, now + 40):
        rooms = [
            quota.ids - sum(count for start, count in slots if start + quota.window + guard > time)
            for quota in limits
        ]
        assert log.usage.room(time) == max(0, min(rooms))
        assert (time >= free) == (ids <= min(rooms))
