"""The deadline of a whole call: however the upstream stalls, the call ends and its answer is not used."""

import socket

import pytest

from ingest_service.domain.ledger import Answer
from ingest_service.upstreams.fake import Behaviour, FakeUpstream, drip, drip_headers, hang
from tests.upstreams.calling import MOMENT, SOON, TOO_LATE, Stopwatch, http_upstream, raw, template

UNFRAMED = b"HTTP/1.1 200 OK\r\n\r\n123"
STALLS: dict[str, Behaviour] = {
    "hang": hang(),
    "drip": drip(every_seconds=1),
    "many small drips": drip(b" " * 9999, every_seconds=0.001),
    "drip headers": drip_headers(every_seconds=1),
    "many small drips of headers": drip_headers(every_seconds=0.02),
    "half a body": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123"),
    "a body without a length": raw(UNFRAMED),
    "half a header": raw(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "half a chunk": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n1"),
}


@pytest.mark.parametrize("behaviour", STALLS.values(), ids=STALLS)
def test_a_call_ends_when_its_time_is_up(behaviour: Behaviour) -> None:
    with FakeUpstream(behaviour=behaviour) as upstream:
        stopwatch = Stopwatch()
        answer = http_upstream(upstream.url, MOMENT).fetch(5, None).answer
        assert MOMENT <= stopwatch.seconds < SOON
        assert upstream.wait_idle(SOON)
    assert answer == TOO_LATE


def test_part_of_a_body_without_a_length_is_never_a_result() -> None:
    with FakeUpstream(behaviour=raw(UNFRAMED)) as upstream:
        ours = http_upstream(upstream.url, 0.02)
        answers = [ours.fetch(5, None).answer.result for _ in range(15)]
    assert answers == [None] * 15


def test_a_call_to_a_server_that_never_accepts_ends_when_its_time_is_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stopwatch = Stopwatch()
        answer = http_upstream(template(listener), MOMENT).fetch(5, None).answer
        assert MOMENT <= stopwatch.seconds < SOON
    assert answer == TOO_LATE


def test_a_call_to_a_server_with_a_full_queue_ends_when_its_time_is_up() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = [socket.socket() for _ in range(4)]
        for connection in waiting:
            connection.setblocking(False)
            connection.connect_ex(listener.getsockname())
        stopwatch = Stopwatch()
        answer = http_upstream(template(listener), MOMENT).fetch(5, None).answer
        assert stopwatch.seconds < SOON
        for connection in waiting:
            connection.close()
    assert answer.retryable


def test_a_call_to_a_name_that_does_not_resolve_ends_when_its_time_is_up() -> None:
    stopwatch = Stopwatch()
    answer = http_upstream("http://no-such-host.invalid/{id}", MOMENT).fetch(5, None).answer
    assert stopwatch.seconds < SOON
    assert answer.retryable


def test_after_a_call_that_was_cut_off_the_next_one_is_as_good_as_any() -> None:
    with FakeUpstream(behaviour=hang()) as upstream:
        # In that time a good answer comes on a busy machine too.
        ours = http_upstream(upstream.url, 1)
        assert ours.fetch(5, None).answer == Answer(error="no whole answer within 1 s", retryable=True)
        upstream.behaviour = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n7")
        assert ours.fetch(5, None).answer.result == "7"
