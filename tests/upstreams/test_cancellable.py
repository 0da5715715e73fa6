"""One call: its start, and its end when another thread cuts it off."""

import socket
from collections.abc import Iterator
from itertools import count

import pytest
import requests
from urllib3.exceptions import ProtocolError

from ingest_service.upstreams.cancellable import CancellableAdapter, CancellableCall, of_this_thread
from ingest_service.upstreams.fake import FakeUpstream
from tests.upstreams.calling import PATIENCE


@pytest.fixture
def call() -> CancellableCall:
    """A call on a clock that moves on whenever it is read; it began at 0."""
    return CancellableCall(count().__next__)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    with near, far:
        far.settimeout(PATIENCE)
        yield near, far


def test_a_call_that_was_never_sent_started_when_it_began(call: CancellableCall) -> None:
    assert [call.started, call.started] == [0, 0]


def test_while_it_is_being_sent_it_may_start_at_any_moment(
    call: CancellableCall, ends: tuple[socket.socket, socket.socket]
) -> None:
    call.bind(ends[0])
    assert [call.started, call.started] == [1, 2]


def test_once_it_is_sent_it_started_then(call: CancellableCall, ends: tuple[socket.socket, socket.socket]) -> None:
    call.bind(ends[0])
    call.mark_sent()
    call.cancel()
    assert [call.started, call.started] == [1, 1]


def test_a_cut_ends_both_directions(call: CancellableCall, ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    call.bind(near)
    call.cancel()
    assert (near.recv(1), far.recv(1)) == (b"", b"")


def test_a_call_may_be_cut_twice_and_after_its_connection_is_closed(
    call: CancellableCall, ends: tuple[socket.socket, socket.socket]
) -> None:
    call.bind(ends[0])
    call.cancel()
    ends[0].close()
    call.cancel()


def test_a_call_that_was_cut_off_is_not_sent(
    call: CancellableCall, ends: tuple[socket.socket, socket.socket]
) -> None:
    call.cancel()
    with pytest.raises(ProtocolError):
        call.bind(ends[0])
    assert call.started == 0


def test_a_call_cut_off_before_it_was_sent_never_reaches_the_upstream(call: CancellableCall) -> None:
    with FakeUpstream() as upstream, requests.Session() as session:
        session.mount("http://", CancellableAdapter())
        of_this_thread(call)
        call.cancel()
        with pytest.raises(requests.ConnectionError):
            session.get(upstream.url.format(id=5), timeout=PATIENCE)
        assert upstream.arrivals == []
