"""Which connections are closed, and when."""

from typing import Any

import pytest

from ingest_service.web.http.channel import STALLED, Channel
from ingest_service.web.http.connections import MOST_PARKED, PARKED_STALLED, RESERVE, Connections
from ingest_service.web.http.parser import Parser
from tests.doubles import VirtualClock
from tests.simulation import SECOND

LIMIT, KEEPALIVE = 200, 75 * SECOND


class FakeChannel(Channel):
    """A channel without a socket, in a state that a test gives it."""

    def __init__(self, moved: int = 0, **state: Any) -> None:
        self.requests, self.moved = [], moved
        self.parked = self.refused = False
        self._closes_at = None
        for name, value in state.items():
            setattr(self, name, value)

    def _refuse_slow(self, _: Parser) -> None:
        self.refused = True


class Slow(Parser):
    """A request that should have been there after 20 seconds."""

    def __init__(self) -> None:
        self.due_at = 20 * SECOND

    @property
    def due(self) -> int:
        return self.due_at


@pytest.fixture
def clock() -> VirtualClock:
    clock = VirtualClock()
    clock.time = 0
    return clock


def connections(clock: VirtualClock, *channels: Channel) -> Connections:
    return Connections(dict(enumerate(channels)), LIMIT, KEEPALIVE, clock)


def closed_after(clock: VirtualClock, channel: FakeChannel, nanoseconds: int) -> bool:
    clock.time = nanoseconds
    connections(clock, channel).check()
    return channel.will_close


def test_an_idle_connection_is_closed_after_the_time_to_keep_it(clock: VirtualClock) -> None:
    assert not closed_after(clock, FakeChannel(), KEEPALIVE)
    assert closed_after(clock, FakeChannel(), KEEPALIVE + 1)


@pytest.mark.parametrize("state", [{}, {"requests": [1], "parked": True}])
def test_a_reader_that_takes_nothing_is_cut_off_after_30_seconds(
    clock: VirtualClock, state: dict[str, Any]
) -> None:
    assert not closed_after(clock, FakeChannel(total_outbufs_len=1, **state), STALLED)
    assert closed_after(clock, FakeChannel(total_outbufs_len=1, **state), STALLED + 1)
    assert STALLED == 30 * SECOND


def test_a_request_that_is_answered_takes_as_long_as_it_takes(clock: VirtualClock) -> None:
    assert not closed_after(clock, FakeChannel(requests=[1], total_outbufs_len=1), 1000 * SECOND)


def test_a_request_that_comes_too_slowly_is_refused(clock: VirtualClock) -> None:
    clock.time = 21 * SECOND
    slow = FakeChannel(moved=20 * SECOND, request=Slow())
    connections(clock, slow).check()
    assert (slow.refused, slow.will_close) == (True, False)


def test_a_refused_client_may_send_the_rest_for_a_while(clock: VirtualClock) -> None:
    assert not closed_after(clock, FakeChannel(_closes_at=2 * SECOND), 2 * SECOND)
    assert closed_after(clock, FakeChannel(_closes_at=2 * SECOND), 2 * SECOND + 1)


def test_they_are_looked_at_once_a_second(clock: VirtualClock) -> None:
    channel = FakeChannel()
    watched = connections(clock, channel)
    watched.check()
    clock.time = 100 * SECOND
    watched.check()
    assert channel.will_close
    channel.will_close = False
    clock.time += SECOND // 2
    watched.check()
    assert not channel.will_close


def test_near_the_limit_those_that_were_idle_the_longest_are_closed_first(clock: VirtualClock) -> None:
    idle = [FakeChannel(moved=number) for number in range(10)]
    slow = [FakeChannel(moved=number, request=Slow()) for number in range(60)]
    working = [FakeChannel(requests=[1]) for _ in range(66)]
    all_of_them = [*working, *slow, *idle]
    connections(clock, *all_of_them[1:]).make_room()
    assert not any(channel.will_close for channel in all_of_them)
    connections(clock, *all_of_them).make_room()
    closed = [channel for channel in all_of_them if channel.will_close]
    assert len(all_of_them) == LIMIT - RESERVE
    assert closed == [*slow[: RESERVE // 2 - 10], *idle]


def test_where_all_work_none_is_closed(clock: VirtualClock) -> None:
    working = [FakeChannel(requests=[1]) for _ in range(LIMIT)]
    connections(clock, *working).make_room()
    assert not any(channel.will_close for channel in working)


def parked(count: int) -> list[FakeChannel]:
    return [FakeChannel(moved=number, requests=[1], parked=True) for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("count", "now", "cut"),
    [
        (MOST_PARKED, 2 * PARKED_STALLED, False),
        (MOST_PARKED + 1, 1000, False),
        (MOST_PARKED + 1, 2 * PARKED_STALLED, True),
        (4 * MOST_PARKED + 1, 1000, True),
    ],
)
def test_of_many_slow_readers_the_slowest_is_cut_off(
    clock: VirtualClock, count: int, now: int, *, cut: bool
) -> None:
    readers = parked(count)
    clock.time = now
    connections(clock, *readers).parked(readers[-1])
    assert [reader.moved for reader in readers if reader.will_close] == ([1] if cut else [])


def test_a_process_with_few_descriptors_keeps_half_of_its_connections(clock: VirtualClock) -> None:
    limit = 50
    channels = [FakeChannel(moved=number) for number in range(limit)]
    open_now: dict[int, Any] = {}
    watched = Connections(open_now, limit, KEEPALIVE, clock)
    for number, channel in enumerate(channels):
        open_now[number] = channel
        watched.make_room()
        if number == limit // 2 - 2:
            assert not any(one.will_close for one in channels)
    assert sum(one.will_close for one in channels) >= limit // 4
