"""Results and errors that HttpUpstream reads from an upstream that answers, refuses and breaks off."""

import gzip
from threading import Thread

import pytest

from ingest_service.domain.ledger import Answer
from ingest_service.spare_threads import SpareThreads
from ingest_service.upstreams.fake import (
    Behaviour,
    FakeUpstream,
    cut,
    empty,
    garbage,
    half_json,
    hang_up,
    html,
    ok,
    reset_before,
    reset_in_body,
    slow,
    status,
    too_many,
)
from tests.upstreams.calling import PROCESSED, http_upstream, raw

NO_JSON = Answer(error="the answer is not JSON", status=200, retryable=True)
BROKEN_OFF = Answer(error="the answer broke off", retryable=True)


def lost(words: str) -> Answer:
    return Answer(error=f"no answer: {words}", retryable=True)


ANSWERS: dict[str, tuple[Behaviour, Answer]] = {
    "good": (ok(), PROCESSED),
    "late but good": (slow(0.05), PROCESSED),
    "created": (status(201, b'{"a": [1]}'), Answer('{"a":[1]}', status=201)),
    "no content": (status(204), Answer("null", status=204)),
    "chunked": (
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n7\r\n0\r\n\r\n"),
        Answer("7", status=200),
    ),
    "zipped": (status(200, gzip.compress(b"[7]"), {"Content-Encoding": "gzip"}), Answer("[7]", status=200)),
    "empty": (empty(), NO_JSON),
    "half JSON": (half_json(), NO_JSON),
    "a page for people": (html(200), NO_JSON),
    "404": (status(404, b"{}"), Answer(error="HTTP 404 Not Found", status=404)),
    "500": (status(500, b"[1]"), Answer(error="HTTP 500 Internal Server Error", status=500, retryable=True)),
    "502 of a gateway": (html(), Answer(error="HTTP 502 Bad Gateway", status=502, retryable=True)),
    "429": (too_many("7"), Answer(None, "HTTP 429 Too Many Requests", 429, True, 7 * 10**9)),
    "503": (too_many("7", 503), Answer(None, "HTTP 503 Service Unavailable", 503, True, 7 * 10**9)),
    "a status of no class": (status(799), Answer(error="HTTP 799", status=799, retryable=True)),
    "nothing": (hang_up(), lost("RemoteDisconnected")),
    "a reset": (reset_before(), lost("Connection reset by peer")),
    "noise": (garbage(), lost("BadStatusLine")),
    "a line without an end": (garbage(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000), lost("LineTooLong")),
    "headers without an end": (garbage(b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 200), lost("HTTPException")),
    "half, then the end": (cut(), BROKEN_OFF),
    "half, then a reset": (reset_in_body(), BROKEN_OFF),
    "a chunk of no length": (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n7"), BROKEN_OFF),
    "not what is called zipped": (status(200, b"[7, 7]", {"Content-Encoding": "gzip"}), BROKEN_OFF),
}


@pytest.mark.parametrize(("behaviour", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_every_behaviour_is_read_as_a_result_or_a_sentence(behaviour: Behaviour, answer: Answer) -> None:
    with FakeUpstream(behaviour=behaviour) as upstream:
        assert http_upstream(upstream.url).fetch(5, None).answer == answer
        assert [arrival.record_id for arrival in upstream.arrivals] == [5]


def test_a_refused_connection_is_a_sentence() -> None:
    with FakeUpstream() as upstream:
        pass
    assert http_upstream(upstream.url).fetch(5, None).answer == lost("Connection refused")


def test_a_name_that_does_not_resolve_is_a_sentence() -> None:
    answer = http_upstream("http://no-such-host.invalid/{id}", 2).fetch(5, None).answer
    assert answer.retryable
    assert answer.error is not None
    assert answer.error.startswith("no ")


@pytest.mark.parametrize("host", ["-a..b", "x" * 64, "a:99999", "[::1"])
def test_an_impossible_host_is_a_sentence_too(host: str) -> None:
    answer = http_upstream(f"http://{host}/{{id}}").fetch(5, None).answer
    assert answer.error is not None
    assert answer.error.startswith("no answer: ")


@pytest.mark.parametrize("value", ["Bearer \u2026", " leading", "two\nlines"])
def test_a_header_that_cannot_be_sent_is_a_sentence_and_is_not_sent(value: str) -> None:
    with FakeUpstream() as upstream:
        answer = http_upstream(upstream.url, headers={"Authorization": value}).fetch(5, None).answer
        assert upstream.arrivals == []
    assert answer.error is not None
    assert answer.error.startswith("no answer: ")


class UnstartedThread(Thread):
    """A thread for which the system has no room."""

    def start(self) -> None:
        raise RuntimeError("can't start new thread")


def test_a_call_that_gets_no_thread_is_made_all_the_same() -> None:
    with FakeUpstream() as upstream:
        without_threads = http_upstream(upstream.url, threads=SpareThreads(UnstartedThread))
        assert without_threads.fetch(5, None).answer == PROCESSED
        assert len(upstream.arrivals) == 1


def test_a_call_that_fails_unexpectedly_may_be_made_again(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> dict[str, str]:
        raise ZeroDivisionError

    upstream = http_upstream("http://127.0.0.1:9/{id}", headers=broken)
    assert upstream.fetch(5, None).answer == lost("ZeroDivisionError")
    assert [record.getMessage() for record in caplog.records] == ["the call of id 5 failed unexpectedly"]
