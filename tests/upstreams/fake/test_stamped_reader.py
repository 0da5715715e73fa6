"""Times of arrival, by the kernel: a reader that comes late does not change them."""

import socket
import sys
import time

import pytest

from ingest_service.upstreams.fake.stamped_reader import StampedReader, received_at, request_stamps

NO_STAMP: list[tuple[int, int, bytes]] = []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux stamps what a connection receives")
def test_data_that_is_read_late_has_the_stamp_of_its_arrival() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        request_stamps(listener)
        with socket.create_connection(listener.getsockname()) as client, listener.accept()[0] as accepted:
            reader = StampedReader(accepted)
            for piece in (b"one", b"two"):
                before = time.monotonic_ns()
                client.sendall(piece)
                after = time.monotonic_ns()
                assert reader.read(10) == piece
                assert before <= reader.received_ns <= after


def test_the_end_of_a_connection_keeps_the_last_stamp() -> None:
    near, far = socket.socketpair()
    with near, far:
        reader = StampedReader(near)
        far.sendall(b"x")
        assert reader.read(10) == b"x"
        received = reader.received_ns
        far.close()
        assert reader.read(10) == b""
    assert reader.received_ns == received > 0


def test_without_a_stamp_the_time_is_that_of_the_reading() -> None:
    before = time.monotonic_ns()
    assert before <= received_at(NO_STAMP) <= time.monotonic_ns()
