"""Evidence that a request arrived when it was sent, read from what Linux reports."""

import socket
import sys

import pytest

from ingest_service.upstreams.delivery import Delivery, arrived_when_sent, read_delivery
from tests.upstreams.connection import DELIVERED, IN_FLIGHT, SENT_AGAIN, STUCK, tcp_info

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux reports deliveries")


class Reporting:
    """Fits `TcpConnection`: the system reports these bytes."""

    def __init__(self, report: bytes) -> None:
        self._report = report

    def getsockopt(self, level: int, optname: int, buflen: int, /) -> bytes:
        assert (level, optname) == (socket.IPPROTO_TCP, socket.TCP_INFO)
        return self._report[:buflen]


@linux
def test_a_report_is_read() -> None:
    assert read_delivery(Reporting(tcp_info(Delivery(3, 2, 1)))) == Delivery(3, 2, 1)


@linux
@pytest.mark.parametrize("report", [b"", tcp_info(DELIVERED)[:100], tcp_info(DELIVERED, segments=0)])
def test_a_system_that_counts_nothing_reports_nothing(report: bytes) -> None:
    assert read_delivery(Reporting(report)) is None


@linux
def test_what_is_no_tcp_connection_has_no_report() -> None:
    near, far = socket.socketpair()
    with near, far:
        assert read_delivery(near) is None


@linux
def test_a_real_connection_reports_that_its_request_was_delivered() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as near,
        listener.accept()[0] as far,
    ):
        near.sendall(b"request")
        assert far.recv(9) == b"request"
        far.sendall(b"answer")
        assert near.recv(9) == b"answer"
        assert read_delivery(near) == DELIVERED


@pytest.mark.parametrize(
    ("sent", "later", "proven"),
    [
        (DELIVERED, DELIVERED, True),
        (IN_FLIGHT, DELIVERED, True),
        (IN_FLIGHT, IN_FLIGHT, False),
        (IN_FLIGHT, SENT_AGAIN, False),
        (SENT_AGAIN, SENT_AGAIN, False),
        (STUCK, DELIVERED, False),
        (IN_FLIGHT, STUCK, False),
        (None, DELIVERED, False),
        (IN_FLIGHT, None, False),
    ],
)
def test_only_what_left_at_once_and_was_acknowledged_without_a_second_try_arrived_when_it_was_sent(
    sent: Delivery | None, later: Delivery | None, proven: bool
) -> None:
    assert arrived_when_sent(sent, later) is proven
