"""Answers that are too large: they are not read whole."""

import gzip

import pytest

from ingest_service.domain.ledger import Answer
from ingest_service.upstreams.fake import Arrival, Behaviour, Connection, FakeUpstream, huge, status
from ingest_service.upstreams.fake.answers import head
from ingest_service.upstreams.http import LARGEST_ANSWER
from tests.upstreams.calling import MANY, PATIENCE, Memory, http_upstream

TOO_LARGE = Answer(error=f"the answer is larger than {LARGEST_ANSWER} bytes", status=200)
HUGE = 100_000_000


def bomb(size: int) -> Behaviour:
    """Answer a body that is small on the wire and so large unpacked."""
    return status(200, gzip.compress(b" " * size), {"Content-Encoding": "gzip"})


LARGE = {
    "one byte too large": status(200, b"1".rjust(LARGEST_ANSWER + 1)),
    "huge": huge(HUGE),
    "huge and chunked": huge(HUGE, chunked=True),
    "huge once unpacked": bomb(5 * LARGEST_ANSWER),
}


@pytest.mark.parametrize("behaviour", LARGE.values(), ids=LARGE)
def test_an_answer_that_is_too_large_is_a_final_error_and_takes_little_memory(behaviour: Behaviour) -> None:
    with FakeUpstream(behaviour=behaviour) as upstream, Memory() as memory:
        assert http_upstream(upstream.url).fetch(5, None).answer == TOO_LARGE
        assert memory.peak < 3 * LARGEST_ANSWER


def test_an_answer_as_large_as_it_may_be_is_a_result() -> None:
    with FakeUpstream(behaviour=status(200, b"1".rjust(LARGEST_ANSWER))) as upstream:
        assert http_upstream(upstream.url).fetch(5, None).answer == Answer("1", status=200)


@pytest.mark.parametrize("code", [200, 302, 404, 500])
def test_a_huge_body_is_not_swallowed(code: int) -> None:
    sent: list[int] = []

    def pour(_arrival: Arrival, connection: Connection) -> None:
        connection.send(head(code, {"Content-Length": HUGE, "Location": "/items/9"}))
        while len(sent) * MANY < HUGE:
            connection.send(bytes(MANY))
            sent.append(MANY)

    with FakeUpstream(behaviour=pour) as upstream:
        assert http_upstream(upstream.url).fetch(5, None).answer.status == code
        assert upstream.wait_idle(PATIENCE)
    assert sum(sent) < HUGE / 2
