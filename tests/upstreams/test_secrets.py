"""Keys in headers and URLs are never shown, neither in an error nor in a log."""

import logging
from collections.abc import Iterator

import pytest

from ingest_service.upstreams.fake import (
    Behaviour,
    FakeUpstream,
    cut,
    garbage,
    hang,
    hang_up,
    html,
    ok,
    redirect,
    too_many,
)
from tests.upstreams.calling import http_upstream, raw

KEY = "k3y0fThePartner"
# Seconds in which every call reaches the upstream, on a busy machine too.
TIMEOUT = 1.0
BEHAVIOURS: dict[str, Behaviour] = {
    "good": ok(),
    "refused": too_many("never"),
    "garbled headers": raw(b"HTTP/1.1 200 OK\r\nno header at all\r\nContent-Length: 1\r\n\r\n1"),
    "two lengths": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n1"),
    "two framings": raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n"
    ),
    "noise": garbage(),
    "nothing": hang_up(),
    "half": cut(),
    "never": hang(),
    "page": html(),
    "redirect": redirect("http://["),
}


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def shown(url: str, logged: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> str:
    """Return everything that is visible of a call with the key in its URL and its headers."""
    headers, body = {"Authorization": f"Bearer {KEY}"}, f'{{"key": "{KEY}"}}'
    answer = http_upstream(url, TIMEOUT, headers, method="POST", body=body).fetch(5, None).answer
    return f"{answer} {logged.text} {''.join(capfd.readouterr())}"


@pytest.mark.parametrize("behaviour", BEHAVIOURS.values(), ids=BEHAVIOURS)
def test_no_answer_shows_a_key(
    behaviour: Behaviour, logged: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with FakeUpstream(behaviour=behaviour) as upstream:
        assert KEY not in shown(upstream.url.replace("items", KEY), logged, capfd)
        assert upstream.arrivals[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "host", ["127.0.0.1:1", "no-such-host.invalid", "-a..b", "user:{key}@127.0.0.1:1", "a:99999"]
)
def test_a_call_that_comes_nowhere_shows_no_key(
    host: str, logged: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    assert KEY not in shown(f"http://{host.replace('{key}', KEY)}/{KEY}/{{id}}?key={KEY}", logged, capfd)
