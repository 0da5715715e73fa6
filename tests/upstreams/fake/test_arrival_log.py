"""The log of arrivals, and the rate that it enforces."""

import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.upstreams.fake import (
    FakeUpstream,
    Limit,
    first,
    hang,
    ok,
    reset_before,
    status,
    too_many,
)
from ingest_service.upstreams.fake.arrival_log import ArrivalLog
from ingest_service.upstreams.fake.arrivals import most_in_a_span
from ingest_service.upstreams.fake.request import Request
from tests.upstreams.fake.asking import (
    PATIENCE,
    StillClock,
    ask,
    asked,
    await_arrivals,
    behaving,
    codes,
    connected,
    everything,
)

ASKED = Request(5, {}, keep_alive=True)


def test_an_arrival_is_stamped_by_the_clock_of_the_upstream() -> None:
    before = time.monotonic_ns()
    with behaving(status(503)) as upstream:
        ask(upstream)
    (arrival,) = upstream.arrivals
    assert arrival.ended_ns is not None
    assert before <= arrival.opened_ns <= arrival.started_ns <= arrival.ended_ns <= time.monotonic_ns()
    assert (arrival.number, arrival.record_id, arrival.attempt, arrival.status) == (1, 5, 1, 503)


def test_an_arrival_keeps_its_headers_under_lower_case_names() -> None:
    with behaving(ok()) as upstream, asked(upstream, b"GET /5 HTTP/1.0\r\nX-Trace:  a:b \r\n\r\n") as connection:
        everything(connection)
    assert upstream.arrivals[0].headers == {"x-trace": "a:b"}


def test_attempts_are_counted_for_every_id() -> None:
    with behaving(ok()) as upstream:
        codes(upstream, [5, 6, 5])
    assert [(a.number, a.record_id, a.attempt) for a in upstream.arrivals] == [(1, 5, 1), (2, 6, 1), (3, 5, 2)]


def test_nothing_has_arrived_before_the_headers_are_whole() -> None:
    with behaving(ok()) as upstream, asked(upstream, b"GET /items/5 HTTP/1.1\r\nHost: x\r\n") as connection:
        connection.shutdown(socket.SHUT_WR)
        assert everything(connection) == b""
    assert upstream.arrivals == []


def test_an_answered_request_has_ended_before_its_client_can_ask_again() -> None:
    with behaving(ok()) as upstream, connected(upstream) as connection:
        for record_id in range(200):
            connection.request("GET", f"/items/{record_id}")
            connection.getresponse().read()
    assert upstream.most_in_work() == 1


def test_a_request_whose_client_gave_up_has_ended_before_the_next_arrives() -> None:
    with behaving(hang()) as upstream:
        for number in range(1, 51):
            with asked(upstream):
                await_arrivals(upstream, number)
    assert upstream.most_in_work() == 1


def test_requests_side_by_side_are_in_work_together() -> None:
    with behaving(hang()) as upstream:
        with asked(upstream), asked(upstream), asked(upstream):
            await_arrivals(upstream, 3)
            assert not upstream.wait_idle(0)
            assert [arrival.ended_ns for arrival in upstream.arrivals] == [None] * 3
        assert upstream.wait_idle(PATIENCE)
    assert upstream.most_in_work() == 3


def test_exactly_the_surplus_is_refused_and_says_when_there_is_room() -> None:
    clock = StillClock()
    with FakeUpstream(rate=3, window=5, now=clock) as upstream:
        assert codes(upstream, [1, 2, 3]) == [200] * 3
        clock.time += 1_500_000_000
        response, _ = ask(upstream, "/items/4")
    assert (response.status, response.headers["Retry-After"]) == (429, "4")
    assert (upstream.refused, upstream.most_in_a_span()) == (1, 4)
    assert [arrival.refused for arrival in upstream.arrivals] == [False] * 3 + [True]


def test_an_arrival_a_whole_window_later_is_let_through_and_one_a_nanosecond_earlier_is_not() -> None:
    clock = StillClock()
    with FakeUpstream(rate=1, window=5, now=clock) as upstream:
        seen = codes(upstream, [1])
        clock.time += 5_000_000_000
        seen += codes(upstream, [2])
        clock.time += 4_999_999_999
        seen += codes(upstream, [3])
    assert seen == [200, 200, 429]


def test_a_client_that_waits_as_long_as_the_refusal_asks_is_let_through() -> None:
    clock = StillClock()
    with FakeUpstream(rate=3, window=0.5, now=clock) as upstream:
        codes(upstream, [1, 2, 3])
        refusal, _ = ask(upstream, "/items/4")
        clock.time += int(refusal.headers["Retry-After"]) * 1_000_000_000
        assert codes(upstream, [4]) == [200]


def test_refused_arrivals_count_too() -> None:
    clock = StillClock()
    with FakeUpstream(rate=1, window=5, now=clock) as upstream:
        seen = codes(upstream, [1])
        for _ in range(3):
            clock.time += 4_000_000_000
            seen += codes(upstream, [1])
    assert seen == [200, 429, 429, 429]


def test_a_refusal_by_the_behaviour_is_not_one_by_the_rate() -> None:
    with behaving(too_many("7")) as upstream:
        response, _ = ask(upstream)
    assert (response.status, response.headers["Retry-After"], upstream.refused) == (429, "7", 0)


def test_the_rate_refuses_with_any_behaviour() -> None:
    with FakeUpstream(rate=1, behaviour=first(1, reset_before(), then=hang()), now=StillClock()) as upstream:
        with asked(upstream) as connection, pytest.raises(ConnectionResetError):
            connection.recv(1)
        assert codes(upstream, [5]) == [429]


@pytest.mark.parametrize(("rate", "window"), [(0, 5), (-1, 5), (3, 0), (3, -1)])
def test_a_rate_or_a_window_of_nothing_is_not_allowed(rate: int, window: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        FakeUpstream(rate, window)


@given(st.lists(st.integers(0, 60)), st.integers(1, 4), st.integers(1, 20))
def test_in_any_order_of_adding_some_are_refused_exactly_if_a_span_has_too_many(
    received: list[int], rate: int, window: int
) -> None:
    log = ArrivalLog([Limit(rate, window)], lambda: 100, lambda _arrival: None)
    refused = [log.add(ASKED, at).refused for at in received]
    assert any(refused) == (most_in_a_span(sorted(received), window) > rate)
    assert [arrival.started_ns for arrival in log.arrivals()] == received


@given(st.lists(st.integers(0, 60)), st.lists(st.tuples(st.integers(1, 4), st.integers(1, 20)), min_size=1))
def test_of_several_limits_each_is_kept(received: list[int], limits: list[tuple[int, int]]) -> None:
    log = ArrivalLog([Limit(*limit) for limit in limits], lambda: 100, lambda _arrival: None)
    refused = [log.add(ASKED, at).refused for at in received]
    assert any(refused) == any(most_in_a_span(sorted(received), window) > ids for ids, window in limits)


def test_of_several_limits_the_last_one_with_room_says_when_there_is_some() -> None:
    second = 1_000_000_000
    log = ArrivalLog([Limit(1, 2 * second), Limit(2, 7 * second)], lambda: 3 * second, lambda _arrival: None)
    log.add(ASKED, 0)
    assert log.seconds_until_room() == 1
    log.add(ASKED, 2 * second)
    assert log.seconds_until_room() == 4
