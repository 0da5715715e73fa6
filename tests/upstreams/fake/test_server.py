"""Starting, stopping and replacing the behaviour of the fake upstream."""

import threading

import pytest

from ingest_service.upstreams.fake import (
    Arrival,
    Behaviour,
    FakeUpstream,
    choose,
    hang,
    ok,
    status,
)
from tests.upstreams.fake.asking import (
    asked,
    await_arrivals,
    behaving,
    codes,
)


def test_the_behaviour_can_be_replaced_while_it_runs() -> None:
    with behaving(status(500)) as upstream:
        assert codes(upstream, [5]) == [500]
        upstream.behaviour = ok()
        assert codes(upstream, [5]) == [200]


def test_a_stop_ends_what_hangs_and_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    with behaving(hang()) as upstream, asked(upstream, b"") as idle, asked(upstream) as left:
        await_arrivals(upstream, 1)
        upstream.stop()
        assert set(threading.enumerate()) <= before
        assert (left.recv(1), idle.recv(1)) == (b"", b"")
    assert upstream.arrivals[0].ended_ns is not None


def test_starting_and_stopping_twice_is_allowed() -> None:
    upstream = FakeUpstream()
    upstream.stop()
    with upstream:
        upstream.start()
        assert codes(upstream, [5]) == [200]
        upstream.stop()


def test_after_a_stop_it_starts_on_the_same_port_with_the_same_log() -> None:
    with behaving(ok()) as upstream:
        seen, url = codes(upstream, [5]), upstream.url
        upstream.stop()
        upstream.start()
        assert codes(upstream, [5]) == seen
    assert upstream.url == url
    assert [arrival.attempt for arrival in upstream.arrivals] == [1, 2]


def test_a_mistake_in_a_behaviour_reaches_the_excepthook(monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(arrival: Arrival) -> Behaviour:
        raise LookupError(arrival)

    raised: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    with behaving(choose(mistaken)) as upstream, asked(upstream) as connection:
        assert connection.recv(1) == b""
        upstream.stop()
    assert [arguments.exc_type for arguments in raised] == [LookupError]
