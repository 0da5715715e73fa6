"""The ways to say that a client was too fast: the service understands each of them."""

import math

import pytest

from ingest_service.clock import NANOSECONDS
from ingest_service.upstreams.fake import SIGNALS, FakeUpstream
from tests.upstreams.calling import http_upstream

WINDOW = 7


@pytest.mark.parametrize("name", [name for name in SIGNALS if name != "none"])
def test_the_service_waits_for_the_room_that_each_signal_names(name: str) -> None:
    with FakeUpstream(1, WINDOW, signal=SIGNALS[name]) as upstream:
        ours = http_upstream(upstream.url)
        ours.fetch(5, None)
        answer = ours.fetch(5, None).answer
        assert upstream.refused == 1
    assert answer.retryable
    assert answer.pause is not None
    assert WINDOW - 1 <= math.ceil(answer.pause / NANOSECONDS) <= WINDOW + 1


def test_an_api_that_names_no_time_is_asked_again_after_a_backoff() -> None:
    with FakeUpstream(1, WINDOW, signal=SIGNALS["none"]) as upstream:
        ours = http_upstream(upstream.url)
        answers = [ours.fetch(5, None).answer for _ in range(2)]
    assert (answers[1].retryable, answers[1].pause) == (True, None)
