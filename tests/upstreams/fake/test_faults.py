"""Answers that break off, hang, drip or are not HTTP."""

from http.client import IncompleteRead

import pytest

from ingest_service.upstreams.fake import (
    Behaviour,
    cut,
    drip,
    drip_headers,
    garbage,
    hang,
    hang_up,
    reset_before,
    reset_in_body,
    slow,
)
from ingest_service.upstreams.fake.answers import good_response
from tests.upstreams.fake.asking import (
    AN_ARRIVAL,
    PATIENCE,
    RecordingConnection,
    ask,
    asked,
    await_arrivals,
    behaving,
    everything,
    read_into,
)


def test_a_body_drips_one_byte_at_a_time_with_a_wait_before_each() -> None:
    connection = RecordingConnection()
    drip(b"abc", 7)(AN_ARRIVAL, connection)
    head, *dripped = connection.steps
    assert head == b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n"
    assert dripped == [7, b"a", 7, b"b", 7, b"c"]


def test_headers_drip_one_byte_at_a_time_with_a_wait_before_each() -> None:
    connection = RecordingConnection()
    drip_headers(7)(AN_ARRIVAL, connection)
    assert connection.steps == [step for byte in good_response(5) for step in (7, bytes([byte]))]


def test_a_hanging_answer_sends_no_byte_and_ends_when_the_client_disconnects() -> None:
    with behaving(hang()) as upstream:
        with asked(upstream) as connection:
            await_arrivals(upstream, 1)
            connection.settimeout(0.02)
            with pytest.raises(TimeoutError):
                connection.recv(1)
        assert upstream.wait_idle(PATIENCE)
    assert upstream.arrivals[0].status is None


@pytest.mark.parametrize("behaviour", [slow(3600), drip(every_seconds=3600), drip_headers(3600), hang()])
def test_a_client_that_disconnects_ends_every_wait(behaviour: Behaviour) -> None:
    with behaving(behaviour) as upstream:
        with asked(upstream):
            await_arrivals(upstream, 1)
        assert upstream.wait_idle(PATIENCE)


def test_a_reset_before_the_answer_leaves_no_byte() -> None:
    with behaving(reset_before()) as upstream, asked(upstream) as connection:
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
        assert upstream.arrivals[0].status is None


def test_a_reset_in_the_body_comes_after_half_of_it() -> None:
    received = bytearray()
    with behaving(reset_in_body()) as upstream, asked(upstream) as connection:
        with pytest.raises(ConnectionResetError):
            read_into(received, connection)
        assert upstream.arrivals[0].status == 200
    assert received.endswith(b'\r\n\r\n{"id": 5, "data')


def test_a_cut_answer_ends_half_way() -> None:
    with behaving(cut()) as upstream, pytest.raises(IncompleteRead) as caught:
        ask(upstream)
    assert (caught.value.partial, caught.value.expected) == (b'{"id": 5, "data', 15)


def test_a_connection_that_is_hung_up_ends_without_a_byte() -> None:
    with behaving(hang_up()) as upstream, asked(upstream) as connection:
        assert everything(connection) == b""
    assert upstream.arrivals[0].status is None


def test_garbage_is_not_http() -> None:
    with behaving(garbage(b"\xffnoise")) as upstream, asked(upstream) as connection:
        assert everything(connection) == b"\xffnoise"
