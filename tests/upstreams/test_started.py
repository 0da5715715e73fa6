"""Start of a call: the next slot is paced from it, so it is never before the upstream received the request."""

import socket
import threading
import time

from ingest_service.clock import SystemClock
from ingest_service.domain.ledger import Call
from ingest_service.upstreams.fake import FakeUpstream, hang_up
from tests.upstreams.calling import (
    GOOD_RESPONSE,
    MOMENT,
    PATIENCE,
    PROCESSED,
    Abandoned,
    http_upstream,
    listening,
)

# More than the system takes off a sender's hands while the peer reads nothing.
LONG = {"X-Long": "x" * 8_000_000}


class AttentiveClock(SystemClock):
    """Clock that, in the thread that sends, returns the time only after the upstream has stamped the arrival."""

    def __init__(self, upstream: FakeUpstream) -> None:
        self._upstream = upstream
        self._caller = threading.current_thread()

    def now(self) -> int:
        deadline = time.monotonic() + PATIENCE
        while threading.current_thread() is not self._caller and not self._upstream.arrivals:
            assert time.monotonic() < deadline, "the time was read before the request was sent"
            time.sleep(0.001)
        return super().now()


def start_of(call: Call) -> int:
    assert call.started is not None
    return call.started


def test_a_call_starts_only_after_the_whole_request_was_handed_over() -> None:
    with FakeUpstream() as upstream:
        call = http_upstream(upstream.url, clock=AttentiveClock(upstream)).fetch(5, None)
        (arrival,) = upstream.arrivals
    assert call.answer == PROCESSED
    assert start_of(call) >= arrival.started_ns


def test_a_call_that_fails_is_paced_from_its_sending_too() -> None:
    with FakeUpstream(behaviour=hang_up()) as upstream:
        call = http_upstream(upstream.url, clock=AttentiveClock(upstream)).fetch(5, None)
        (arrival,) = upstream.arrivals
    assert call.answer.error is not None
    assert start_of(call) >= arrival.started_ns


def test_a_request_that_is_taken_slowly_has_not_started_before() -> None:
    began_to_read: list[int] = []

    def read_late(connection: socket.socket) -> None:
        time.sleep(MOMENT)
        began_to_read.append(time.monotonic_ns())
        with connection.makefile("rb") as lines:
            while lines.readline().strip():
                pass
        connection.sendall(GOOD_RESPONSE)

    with listening(read_late) as url:
        call = http_upstream(url, headers=LONG).fetch(5, None)
    assert call.answer == PROCESSED
    assert start_of(call) >= began_to_read[0]


def test_a_request_that_is_cut_off_on_its_way_may_have_started_until_then() -> None:
    given_up = threading.Event()

    def read_nothing(_connection: socket.socket) -> None:
        given_up.wait(PATIENCE)

    # Long enough to connect, also on a busy machine.
    patience = 20 * MOMENT
    with listening(read_nothing) as url:
        before = time.monotonic_ns()
        call = http_upstream(url, patience, LONG).fetch(5, None)
        given_up.set()
    assert call.answer.error == f"no whole answer within {patience:g} s"
    assert start_of(call) >= before + patience * 10**9


def test_nothing_of_a_request_that_is_cut_off_on_its_way_is_delivered_later() -> None:
    abandoned = Abandoned()
    with listening(abandoned.converse) as url:
        abandoned.send_to(url)
    assert abandoned.broke_off


def test_a_call_that_never_left_counts_from_its_beginning() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    before = time.monotonic_ns()
    call = http_upstream(f"http://127.0.0.1:{port}/{{id}}").fetch(5, None)
    assert before <= start_of(call) <= time.monotonic_ns()
