"""Others rest for a moment while a slot opens or is closed."""

import pytest

from ingest_service.clock import NANOSECONDS
from ingest_service.dispatch.right_of_way import RightOfWay
from tests.doubles import VirtualClock

MILLISECOND = NANOSECONDS // 1000
AHEAD, LONGEST = 6 * MILLISECOND, 26 * MILLISECOND


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def way(clock: VirtualClock) -> RightOfWay:
    return RightOfWay(clock)


def rested(way: RightOfWay, clock: VirtualClock) -> int:
    """Give way, and return for how many nanoseconds."""
    before = clock.now()
    way.give()
    return clock.now() - before


def test_nobody_rests_while_no_slot_is_expected(way: RightOfWay, clock: VirtualClock) -> None:
    assert rested(way, clock) == 0
    way.expect(None)
    assert rested(way, clock) == 0


def test_a_request_that_comes_as_the_right_of_way_ends_goes_on_before_anything_else(
    way: RightOfWay, clock: VirtualClock
) -> None:
    way.claim()
    clock.time += LONGEST
    others: list[str] = []
    clock.at(clock.now(), lambda: others.append("ran"))
    assert rested(way, clock) == 0
    assert others == []


def test_nobody_rests_long_before_a_slot(way: RightOfWay, clock: VirtualClock) -> None:
    way.expect(clock.now() + AHEAD + 1)
    assert rested(way, clock) == 0


def test_who_comes_just_before_a_slot_rests_until_its_calls_have_begun(
    way: RightOfWay, clock: VirtualClock
) -> None:
    way.expect(clock.now() + AHEAD)
    clock.at(clock.now() + AHEAD + MILLISECOND, way.release)
    assert rested(way, clock) == AHEAD + MILLISECOND
    assert rested(way, clock) == 0


def test_a_slot_that_is_held_up_holds_up_nobody_for_long(way: RightOfWay, clock: VirtualClock) -> None:
    way.expect(clock.now() + AHEAD)
    assert rested(way, clock) == LONGEST
    assert rested(way, clock) == 0


def test_who_comes_while_a_slot_is_closed_rests_until_the_dispatcher_waits_again(
    way: RightOfWay, clock: VirtualClock
) -> None:
    way.claim()
    clock.at(clock.now() + MILLISECOND, lambda: way.expect(clock.now() + NANOSECONDS))
    assert rested(way, clock) == MILLISECOND
    assert rested(way, clock) == 0
