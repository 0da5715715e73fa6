"""Requests as they arrive: what is bounded, and what is refused with which status."""

import time
from collections.abc import Iterator

import pytest
from waitress.adjustments import Adjustments

from ingest_service.clock import NANOSECONDS
from ingest_service.web.http.parser import LEAST_ON_DISK, ParkedBodies, Parser

ON_DISK = 65_536
HEAD = b"POST /ingest HTTP/1.1\r\nHost: here\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def bodies() -> ParkedBodies:
    return ParkedBodies(3 * LEAST_ON_DISK)


@pytest.fixture
def parser(bodies: ParkedBodies) -> Iterator[Parser]:
    parser = parser_of(bodies)
    yield parser
    parser.close()


def parser_of(bodies: ParkedBodies) -> Parser:
    limits = {"max_request_header_size": 32_768, "max_request_body_size": 50_000_000, "inbuf_overflow": ON_DISK}
    return Parser(Adjustments(**limits), bodies, began=0)


def fed(parser: Parser, data: bytes, size: int = 65_536) -> Parser:
    """Feed the data in pieces, as the channel does: a piece may be consumed in part."""
    for start in range(0, len(data), size):
        piece = data[start : start + size]
        while piece and not parser.completed:
            piece = piece[parser.received(piece) :]
    return parser


def code(parser: Parser) -> int | None:
    return parser.error.code if parser.error else None


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"GET / HTTP/1.1\r\nContent-Length: " + b"9" * 4301, 400),
        (b"GET / HTTP/1.1\r\nContent-Length: " + b"9" * 30, 413),
        (b"GET http://[::1/x HTTP/1.1", 400),
        (b"GET http://[::1]/x HTTP/1.1", None),
        (HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked", 400),
        (b"GET / HTTP/1.1\r\nA: " + b"b" * 33_000, 431),
        (b"GET / HTTP/1.1\r\nA: " + b"b" * 20_000, None),
    ],
)
def test_a_head_is_taken_or_refused_with_a_status(parser: Parser, head: bytes, expected: int | None) -> None:
    fed(parser, head + b"\r\n\r\n")
    assert parser.completed
    assert code(parser) == expected


@pytest.mark.parametrize(
    "endless",
    [CHUNKED + b"1;a=", CHUNKED + b"0\r\nA: ", CHUNKED + b"0" * 100],
    ids=["extension", "trailer", "size"],
)
@pytest.mark.parametrize("size", [1, 700, 65_536])
def test_a_line_of_a_chunked_body_that_does_not_end_is_refused(parser: Parser, endless: bytes, size: int) -> None:
    fed(parser, endless + b"0" * 9_000, size)
    assert code(parser) == 400


@pytest.mark.parametrize("size", [1, 7, 5000, 65_536])
def test_a_chunked_body_is_read_whole_however_it_is_cut(parser: Parser, size: int) -> None:
    chunks = b"".join(b"%x;note=1\r\n%b\r\n" % (len(chunk), chunk) for chunk in (b"abc", b"d" * 9000, b"e"))
    fed(parser, CHUNKED + chunks + b"0\r\nA: b\r\n\r\n", size)
    assert (parser.completed, code(parser)) == (True, None)
    assert parser.get_body_stream().read() == b"abc" + b"d" * 9000 + b"e"


def test_what_is_behind_a_chunked_body_is_not_consumed(parser: Parser) -> None:
    data = b"3\r\nabc\r\n0\r\n\r\n"
    assert parser.received(CHUNKED) == len(CHUNKED)
    assert parser.received(data + b"GET / HTTP/1.1\r\n\r\n") == len(data)


def test_many_tiny_chunks_cost_no_more_than_their_number(parser: Parser) -> None:
    began = time.process_time()
    fed(parser, CHUNKED + b"1\r\na\r\n" * 40_000)
    assert time.process_time() - began < 1
    assert parser.body_bytes_received == 240_000


def body(size: int) -> bytes:
    return HEAD + b"Content-Length: %d\r\n\r\n" % size + b"a" * size


def test_bodies_on_the_disk_take_bounded_place_and_give_it_back(bodies: ParkedBodies) -> None:
    first = fed(parser_of(bodies), body(2 * LEAST_ON_DISK))
    second = fed(parser_of(bodies), body(ON_DISK))
    refused = fed(parser_of(bodies), body(ON_DISK))
    assert (code(first), code(second), code(refused)) == (None, None, 503)
    refused.close()
    first.close()
    first.close()
    accepted = fed(parser_of(bodies), body(ON_DISK))
    assert code(accepted) is None
    for one in (second, accepted):
        one.close()
    assert bodies.take(3 * LEAST_ON_DISK)


def test_a_small_body_takes_no_place(bodies: ParkedBodies) -> None:
    assert bodies.take(3 * LEAST_ON_DISK)
    assert code(fed(parser_of(bodies), body(ON_DISK - 1))) is None


def test_a_body_that_is_cut_off_at_the_place_there_is_takes_none(bodies: ParkedBodies) -> None:
    refused = fed(parser_of(bodies), body(4 * LEAST_ON_DISK))
    assert code(refused) == 503
    refused.close()
    assert bodies.take(3 * LEAST_ON_DISK)


def test_the_time_for_a_head_is_bounded_and_that_for_a_body_grows_with_it(parser: Parser) -> None:
    parser.received(b"GET /")
    assert parser.due == 20 * NANOSECONDS
    parser.received(b" HTTP/1.1\r\nContent-Length: 100000\r\n\r\n")
    assert parser.due == 50 * NANOSECONDS
    parser.received(b"a" * 40_960)
    assert parser.due == 60 * NANOSECONDS
