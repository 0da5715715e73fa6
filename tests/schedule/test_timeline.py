"""Openings by arithmetic are those of slots that are looked at one by one."""

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_service.domain.block import Repeated
from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Ingestion, Priority
from ingest_service.domain.ordered_entries import OrderedEntries, WaitingEntries
from ingest_service.domain.rate import Quota, RateLimit
from ingest_service.domain.usage import CalledSlot, Usage, UsageLog
from ingest_service.schedule.planned import planned_slots
from ingest_service.schedule.simulated_queue import SimulatedQueue
from ingest_service.schedule.slot_sizes import slot_sizes
from ingest_service.schedule.timeline import Timeline
from tests.schedule.waiting import usages, whole, with_quotas

DAY = 86_400


class Case:
    """Limits, what was called, and slots to come as times that a pattern of sizes is repeated."""

    def __init__(self, rate: RateLimit, usage: Usage, sizes: list[Repeated]) -> None:
        self.rate = rate
        self.usage = usage
        self.sizes = sizes

    @property
    def slots(self) -> list[int]:
        return [ids for times, pattern in self.sizes for _ in range(times) for ids in pattern]

    def timeline(self) -> Timeline:
        timeline = Timeline(self.rate, self.usage)
        timeline.follow(self.sizes, 3)
        return timeline

    def stepped(self) -> list[int]:
        timeline, opens, found = Timeline(self.rate, self.usage), 3, []
        for ids in self.slots:
            opens = max(opens, timeline.free_at(ids))
            timeline.note(opens, ids)
            found.append(opens)
            opens += self.rate.interval
        return found

    def __repr__(self) -> str:
        return f"Case({self.rate}, {self.usage}, {self.sizes})"


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rate = draw(with_quotas())
    size = st.integers(1, rate.slot_size)
    patterns = st.lists(size, min_size=1, max_size=4).map(tuple)
    sizes = st.lists(st.tuples(st.integers(1, 40) | st.integers(100, 150), patterns), min_size=1, max_size=4)
    return Case(rate.late_by(draw(st.integers(0, 2))), draw(usages(rate)), draw(sizes))


def judge(case: Case) -> None:
    stepped, timeline = case.stepped(), case.timeline()
    assert [timeline.of(slot) for slot in range(len(stepped))] == stepped
    timeline = case.timeline()
    assert [timeline.of(slot) for slot in reversed(range(len(stepped)))] == stepped[::-1]


@given(cases())
def test_slots_of_repeated_sizes_open_when_stepping_finds_it(case: Case) -> None:
    judge(case)


@pytest.mark.parametrize("late", [0, 6])
@pytest.mark.parametrize("behind", [[], [(1, (1, 3))], [(9, (2,))], [(90, (1, 2))]], ids=str)
@pytest.mark.parametrize("pattern", [(3,), (2,), (3, 1), (1, 3, 2), (2, 2, 3, 1)], ids=str)
def test_slots_of_a_long_pattern_and_those_behind_it_open_when_stepping_finds_it(
    pattern: tuple[int, ...], behind: list[Repeated], late: int
) -> None:
    for quotas in [(Quota(3, 5),), (Quota(24, 100),), (Quota(30, 200),), (Quota(12, 90), Quota(40, 300))]:
        rate = RateLimit(3, 5, 0, 0, quotas=quotas)
        for calls, times, before in product((0, 3), (9, 14, 70), range(1, 1 + len(pattern))):
            called = UsageLog(rate, [CalledSlot(-30, ids) for ids in range(1, calls + 1)])
            judge(Case(rate.late_by(late), called.usage, [(1, (1,) * before), (times, pattern), *behind]))


@pytest.mark.parametrize(
    ("slot_size", "interval", "quota", "sizes"),
    [
        (2, 5, Quota(4, 21), [(1, (2,)), (3, (2, 1, 1)), (1, (2, 1, 1, 2, 2, 1))]),
        (4, 2, Quota(7, 6), [(2, (2, 4, 1)), (1, (3, 3, 3, 3, 4, 4))]),
    ],
    ids=["2 in 5", "4 in 2"],
)
def test_slots_behind_a_few_that_repeat_a_part_of_a_pattern_open_when_stepping_finds_it(
    slot_size: int, interval: int, quota: Quota, sizes: list[Repeated]
) -> None:
    rate = RateLimit(slot_size, interval, 0, 0, quotas=(quota,))
    judge(Case(rate, UsageLog(rate).usage, sizes))


@pytest.mark.slow
@settings(max_examples=5_000, suppress_health_check=list(HealthCheck))
@given(cases())
def test_five_thousand_timelines_are_those_of_stepping(case: Case) -> None:
    judge(case)


@given(cases())
def test_no_window_of_a_limit_has_more_ids_than_it_allows(case: Case) -> None:
    case = Case(case.rate, UsageLog(case.rate).usage, case.sizes)
    timeline, slots = case.timeline(), case.slots
    opened = [(timeline.of(slot), ids) for slot, ids in enumerate(slots)]
    for quota in case.rate.quotas:
        for opens, _ in opened:
            assert sum(ids for at, ids in opened if opens <= at < opens + quota.window) <= quota.ids


@pytest.mark.parametrize("late", [0, 2])
@pytest.mark.parametrize("most", [2001, 2002])
def test_a_million_slots_are_found_by_stepping_through_one_window(most: int, late: int) -> None:
    rate = RateLimit(3, 5, 0, 0, quotas=(Quota(most, DAY),))
    timeline = Timeline(rate.late_by(late), UsageLog(rate).usage)
    timeline.follow([(1_000_000, (3,))], 0)
    rounds, place = divmod(999_999, 667)
    assert timeline.of(999_999) == rounds * (DAY + late) + place * (5 + late)
    assert (len(timeline._openings), len(timeline._starts)) == (667 + 1, 667 + 3)


def test_a_million_slots_that_no_quota_holds_up_are_found_by_stepping_through_one_window() -> None:
    rate = RateLimit(3, 5, 0, 0, quotas=(Quota(60_000, DAY),))
    timeline = Timeline(rate, UsageLog(rate).usage)
    timeline.follow([(1_000_000, (3,))], 0)
    assert timeline.of(999_999) == 999_999 * 5
    assert (len(timeline._openings), len(timeline._starts)) == (2 * 20_000, 20_000 + 3)


def test_a_pattern_of_several_sizes_repeats_where_the_quota_is_a_multiple_of_it() -> None:
    rate = RateLimit(3, 5, 0, 0, quotas=(Quota(2000, DAY),))
    timeline = Timeline(rate, UsageLog(rate).usage)
    timeline.follow([(100_000, (3, 3, 3, 1))], 0)
    rounds, place = divmod(399_999, 800)
    assert timeline.of(399_999) == rounds * DAY + place * 5
    assert (len(timeline._openings), len(timeline._starts)) == (800 + 4, 800 + 2 * 4 + 1)


def test_a_pattern_of_which_no_number_fills_the_quota_repeats_after_one_window() -> None:
    rate = RateLimit(3, 5, 0, 0, quotas=(Quota(201, 100),))
    timeline = Timeline(rate, UsageLog(rate).usage)
    timeline.follow([(100_000, (3, 3, 3, 1))], 0)
    assert timeline.of(399_999) == 399_999 * 5
    # What fits into the quota at once, and as much as that again, begun with a further pattern.
    assert len(timeline._openings) == 80 + 84


def test_slots_repeat_after_the_first_where_a_quota_says_the_same_as_the_interval() -> None:
    rate = RateLimit(3, 5, 0, 0, quotas=(Quota(3, 5),))
    timeline = Timeline(rate, UsageLog(rate).usage)
    timeline.follow([(1_000_000, (3,))], 0)
    assert timeline.of(999_999) == 999_999 * 5
    assert len(timeline._openings) == 2


def test_the_guard_makes_a_window_longer_once() -> None:
    rate = RateLimit(3, 5, 0, 0, quotas=(Quota(6, 60),), guard=2)
    timeline = Timeline(rate, UsageLog(rate).usage)
    timeline.follow([(1, (3, 3, 3, 3))], 0)
    assert [timeline.of(slot) for slot in range(4)] == [0, 5, 62, 67]


def test_nothing_that_waits_fills_no_slot() -> None:
    nothing = WaitingEntries(OrderedEntries(), OrderedEntries())
    assert list(slot_sizes(SimulatedQueue(nothing), rate_of(3))) == []


def test_a_block_keeps_the_sizes_of_few_kinds_of_slots() -> None:
    waiting = WaitingEntries(OrderedEntries.of([whole(number, 4) for number in range(1, 5)]), OrderedEntries())
    for slot_size in range(3, 12):
        assert (
            sum(times * sum(sizes) for times, sizes in slot_sizes(SimulatedQueue(waiting), rate_of(slot_size)))
            == 16
        )
    assert len(waiting.now.blocks[0].sizes) == 4


@pytest.mark.parametrize(
    ("ids", "sizes"),
    [
        ([6] * 40, [(80, (3,))]),
        ([4] * 40, [(1, (3,)), (39, (1, 3)), (1, (1,))]),
        ([190] * 3, [(1, (3,) * 63), (2, (1, *(3,) * 63)), (1, (1,))]),
        ([193] * 3, [(1, (*(3,) * 64, 1) * 3)]),
        ([4, 4, 1], [(1, (3, 1, 3, 2))]),
        ([3] * 65 + [1], [(65, (3,)), (1, (1,))]),
    ],
    ids=["even", "a pattern", "a long pattern", "one too long", "few", "many and few"],
)
def test_slots_that_are_alike_are_taken_together(ids: list[int], sizes: list[Repeated]) -> None:
    entries = [whole(number, count) for number, count in enumerate(ids)]
    waiting = WaitingEntries(OrderedEntries.of(entries), OrderedEntries())
    assert list(slot_sizes(SimulatedQueue(waiting), rate_of(3))) == sizes


def test_a_block_finds_the_sizes_again_that_it_keeps() -> None:
    waiting = WaitingEntries(OrderedEntries.of([whole(number, 4) for number in range(1, 5)]), OrderedEntries())
    (block,), sizes = waiting.now.blocks, list[object]()
    for _ in range(2):
        list(slot_sizes(SimulatedQueue(waiting), rate_of(3)))
        sizes += block.sizes.values()
    assert sizes[0] is sizes[1]


def rate_of(slot_size: int) -> RateLimit:
    return RateLimit(slot_size, 1, 0, 0)


@st.composite
def alike_in_part(draw: st.DrawFn) -> list[Entry]:
    """Entries that have the same size as some of their neighbours."""
    batch = st.integers(1, 4)
    groups = draw(st.lists(st.tuples(batch, st.integers(1, 14), st.integers(1, 12)), min_size=1, max_size=4))
    shapes = [(size, ids) for size, ids, times in groups for _ in range(times)]
    return [
        Entry.whole(number, Ingestion(number, Priority.LOW, size, ids))
        for number, (size, ids) in enumerate(shapes)
    ]


@given(alike_in_part(), st.integers(4, 9), st.booleans())
def test_slots_have_the_sizes_that_stepping_finds(entries: list[Entry], slot_size: int, fills: bool) -> None:
    rate = RateLimit(slot_size, 1, 0, 0, fills)
    waiting = WaitingEntries(OrderedEntries.of(entries, 8), OrderedEntries())
    planned = planned_slots(SimulatedQueue(waiting), rate, 0, False, None)
    found = slot_sizes(SimulatedQueue(waiting), rate)
    assert [ids for times, pattern in found for _ in range(times) for ids in pattern] == [s.ids for s in planned]
