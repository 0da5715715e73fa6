"""One call: the latest time at which it can have started, and its end when another thread cancels it."""

import sys
from collections.abc import Iterator
from itertools import count

import pytest
import requests
from urllib3.exceptions import ProtocolError

from ingest_service.upstreams.cancellable import CancellableAdapter, CancellableCall, of_this_thread
from ingest_service.upstreams.certificates import Trust
from ingest_service.upstreams.delivery import Delivery
from ingest_service.upstreams.fake import FakeUpstream
from tests.upstreams.calling import PATIENCE
from tests.upstreams.connection import DELIVERED, IN_FLIGHT, SENT_AGAIN, STUCK, ReportedConnection

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux reports deliveries")


@pytest.fixture
def call() -> CancellableCall:
    """A call on a clock that moves on whenever it is read; it began at 0."""
    return CancellableCall(count().__next__)


@pytest.fixture
def connection() -> Iterator[ReportedConnection]:
    with ReportedConnection.pair() as connection:
        connection.far.settimeout(PATIENCE)
        yield connection


def sent(call: CancellableCall, connection: ReportedConnection) -> None:
    """Let a call be sent at 1; it is on its way."""
    call.bind(connection)
    connection.becomes(IN_FLIGHT)
    call.mark_sent()


def test_a_call_that_was_never_sent_started_when_it_began(call: CancellableCall) -> None:
    assert [call.started, call.started] == [0, 0]


def test_while_it_is_being_sent_it_may_start_at_any_moment(
    call: CancellableCall, connection: ReportedConnection
) -> None:
    call.bind(connection)
    assert [call.started, call.started] == [1, 2]


def test_while_it_is_on_its_way_it_may_start_at_any_moment(
    call: CancellableCall, connection: ReportedConnection
) -> None:
    sent(call, connection)
    assert [call.started, call.started] == [2, 3]


@linux
def test_a_call_that_was_delivered_at_once_started_when_it_was_sent(
    call: CancellableCall, connection: ReportedConnection
) -> None:
    sent(call, connection)
    connection.becomes(DELIVERED)
    call.mark_answered()
    assert [call.started, call.started] == [1, 1]


@linux
@pytest.mark.parametrize("delivery", [SENT_AGAIN, STUCK, IN_FLIGHT, None])
def test_a_call_that_may_have_been_sent_again_started_no_earlier_than_its_answer(
    call: CancellableCall, connection: ReportedConnection, delivery: Delivery | None
) -> None:
    sent(call, connection)
    connection.becomes(delivery)
    call.mark_answered()
    assert [call.started, call.started] == [2, 2]


@linux
def test_a_call_that_did_not_leave_at_once_started_no_earlier_than_its_answer(
    call: CancellableCall, connection: ReportedConnection
) -> None:
    call.bind(connection)
    connection.becomes(STUCK)
    call.mark_sent()
    connection.becomes(DELIVERED)
    call.mark_answered()
    assert call.started == 2


def test_without_reports_of_the_system_an_answered_call_started_when_it_was_sent(
    connection: ReportedConnection,
) -> None:
    call = CancellableCall(count().__next__, reported=False)
    sent(call, connection)
    connection.becomes(None)
    call.mark_answered()
    assert call.started == 1


@linux
def test_a_call_that_was_delivered_started_when_it_was_sent_although_it_is_cancelled(
    call: CancellableCall, connection: ReportedConnection
) -> None:
    sent(call, connection)
    connection.becomes(DELIVERED)
    call.cancel()
    call.mark_ended()
    assert [call.started, call.started] == [1, 1]


def test_a_call_that_is_cancelled_on_its_way_may_start_until_its_connection_is_reset(
    call: CancellableCall, connection: ReportedConnection
) -> None:
    sent(call, connection)
    call.cancel()
    assert call.started == 2
    call.mark_closing()
    call.mark_ended()
    assert [call.started, call.started] == [3, 3]


@linux
def test_a_call_whose_upstream_hangs_up_started_when_it_was_sent(
    call: CancellableCall, connection: ReportedConnection
) -> None:
    sent(call, connection)
    connection.becomes(DELIVERED)
    call.mark_closing()
    connection.becomes(None)
    call.mark_ended()
    assert call.started == 1


def test_nothing_of_a_call_is_delivered_after_its_connection_is_closed_unless_all_of_it_was(
    call: CancellableCall, connection: ReportedConnection
) -> None:
    sent(call, connection)
    assert connection.resets_on_close
    call.cancel()
    assert connection.resets_on_close


@linux
def test_a_call_that_is_answered_before_it_has_arrived_whole_is_reset(
    call: CancellableCall, connection: ReportedConnection
) -> None:
    sent(call, connection)
    call.mark_answered()
    assert connection.resets_on_close


@linux
@pytest.mark.parametrize("delivery", [DELIVERED, SENT_AGAIN])
def test_a_call_that_is_answered_ends_in_order(
    call: CancellableCall, connection: ReportedConnection, delivery: Delivery
) -> None:
    sent(call, connection)
    connection.becomes(delivery)
    call.mark_answered()
    assert not connection.resets_on_close


def test_a_cancellation_ends_both_directions(call: CancellableCall, connection: ReportedConnection) -> None:
    call.bind(connection)
    call.cancel()
    assert (connection.recv(1), connection.far.recv(1)) == (b"", b"")


def test_a_call_may_be_cancelled_twice_and_after_its_connection_is_closed(
    call: CancellableCall, connection: ReportedConnection
) -> None:
    call.bind(connection)
    call.cancel()
    connection.close()
    call.cancel()


def test_a_call_that_was_cancelled_is_not_sent(call: CancellableCall, connection: ReportedConnection) -> None:
    call.cancel()
    with pytest.raises(ProtocolError):
        call.bind(connection)
    assert call.started == 0


def test_a_call_that_is_too_late_when_it_is_connected_is_not_sent(connection: ReportedConnection) -> None:
    times = iter([False, True])
    calls = [CancellableCall(count().__next__, times.__next__) for _ in range(2)]
    calls[0].bind(connection)
    with pytest.raises(ProtocolError):
        calls[1].bind(connection)
    assert [call.came_too_late for call in calls] == [False, True]
    assert [call.is_bound for call in calls] == [True, False]


def test_a_call_that_was_cancelled_did_not_come_too_late(connection: ReportedConnection) -> None:
    call = CancellableCall(count().__next__, lambda: True)
    call.cancel()
    with pytest.raises(ProtocolError):
        call.bind(connection)
    assert not call.came_too_late


def test_a_call_cut_off_before_it_was_sent_never_reaches_the_upstream(call: CancellableCall) -> None:
    with FakeUpstream() as upstream, requests.Session() as session:
        session.mount("http://", CancellableAdapter(Trust({})))
        of_this_thread(call)
        call.cancel()
        with pytest.raises(requests.ConnectionError):
            session.get(upstream.url.format(id=5), timeout=PATIENCE)
        assert upstream.arrivals == []
