"""The fence of a slot: from then on nothing of a call is sent, however late its connection came up."""

import socket
import threading

import pytest

from ingest_service.domain.ledger import NOT_CALLED
from ingest_service.upstreams.fake import FakeUpstream
from tests.upstreams.calling import (
    MOMENT,
    PATIENCE,
    PROCESSED,
    TOO_LATE,
    SteppedClock,
    http_upstream,
    listening,
)

UNTIL = 7


class ConnectedClock(SteppedClock):
    """A clock that shows the fence only after the upstream has accepted a connection."""

    def __init__(self) -> None:
        super().__init__(UNTIL)
        self.accepted = threading.Event()

    def fence(self) -> int:
        assert self.accepted.wait(PATIENCE), "the fence was looked at before the connection was up"
        return super().fence()


@pytest.mark.parametrize(("fence", "until"), [(UNTIL - 1, UNTIL), (UNTIL, None)])
def test_before_the_fence_or_without_one_a_call_is_sent(fence: int, until: int | None) -> None:
    with FakeUpstream() as upstream:
        call = http_upstream(upstream.url, clock=SteppedClock(fence)).fetch(5, until)
        assert len(upstream.arrivals) == 1
    assert (call.answer, call.was_made) == (PROCESSED, True)


@pytest.mark.parametrize("fence", [UNTIL, UNTIL + 1])
def test_at_the_fence_and_later_a_call_is_not_sent(fence: int) -> None:
    with FakeUpstream() as upstream:
        ours = http_upstream(upstream.url, clock=SteppedClock(fence))
        assert ours.fetch(5, UNTIL) == NOT_CALLED
        assert ours.fetch(6, None).was_made
        assert [arrival.record_id for arrival in upstream.arrivals] == [6]


def test_the_fence_is_looked_at_when_the_connection_is_up_and_then_no_byte_is_sent() -> None:
    clock = ConnectedClock()
    received: list[bytes] = []

    def read(connection: socket.socket) -> None:
        clock.accepted.set()
        received.append(connection.recv(1))

    with listening(read) as url:
        assert http_upstream(url, clock=clock).fetch(5, UNTIL) == NOT_CALLED
    assert received == [b""]


def test_an_upstream_that_refuses_connections_has_failed_also_when_the_fence_has_passed() -> None:
    with FakeUpstream() as upstream:
        url = upstream.url
    call = http_upstream(url, clock=SteppedClock(UNTIL)).fetch(5, UNTIL)
    assert (call.answer.error, call.was_made) == ("no answer: Connection refused", True)


def test_an_upstream_that_never_gets_ready_has_failed_also_when_the_fence_has_passed() -> None:
    over = threading.Event()

    def never_shake_hands(connection: socket.socket) -> None:
        assert over.wait(PATIENCE)
        # Not a reset: Python leaves a socket open that is reset before its handshake begins.
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass

    with listening(never_shake_hands) as url:
        secure = url.replace("http:", "https:")
        call = http_upstream(secure, MOMENT, clock=SteppedClock(UNTIL)).fetch(5, UNTIL)
        over.set()
    assert (call.answer, call.was_made) == (TOO_LATE, True)
