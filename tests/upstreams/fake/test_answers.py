"""Whole answers, good and bad."""

import json

import pytest

from ingest_service.upstreams.fake import (
    Behaviour,
    drip,
    drip_headers,
    empty,
    half_json,
    html,
    huge,
    redirect,
    slow,
    status,
    too_many,
)
from tests.upstreams.fake.asking import (
    PATIENCE,
    ask,
    asked,
    behaving,
    connected,
)


@pytest.mark.parametrize(
    ("behaviour", "code", "headers", "content"),
    [
        pytest.param(status(500), 500, {"Content-Length": "0"}, b"", id="a status"),
        pytest.param(status(599, b"x", {"X-A": "b"}), 599, {"X-A": "b"}, b"x", id="an unknown status"),
        pytest.param(html(), 502, {"Content-Type": "text/html"}, b"<h1>Bad gateway</h1>", id="a gateway's page"),
        pytest.param(too_many("soon", 503), 503, {"Retry-After": "soon"}, b"Too many", id="503 and any text"),
        pytest.param(redirect("http://x/y"), 302, {"Location": "http://x/y"}, b"", id="a redirect"),
        pytest.param(empty(), 200, {"Content-Length": "0"}, b"", id="an empty body"),
        pytest.param(drip(b"abc", 0), 200, {"Content-Length": "3"}, b"abc", id="a dripping body"),
        pytest.param(drip_headers(0), 200, {"Content-Length": "30"}, b'{"id": 5', id="dripping headers"),
        pytest.param(slow(0.001), 200, {}, b'{"id": 5', id="a slow answer"),
    ],
)
def test_a_whole_answer_has_status_headers_and_body(
    behaviour: Behaviour, code: int, headers: dict[str, str], content: bytes
) -> None:
    with behaving(behaviour) as upstream, connected(upstream) as connection:
        for _ in range(2):  # the second time on the same connection
            connection.request("GET", "/items/5")
            response = connection.getresponse()
            assert response.status == code
            assert headers.items() <= dict(response.headers).items()
            assert content in response.read()
    assert [arrival.status for arrival in upstream.arrivals] == [code, code]


def test_half_the_json_is_a_whole_body_that_is_not_json() -> None:
    with behaving(half_json()) as upstream:
        response, body = ask(upstream)
    assert response.headers["Content-Length"] == str(len(body))
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [1, 65_536, 65_537, 300_000])
def test_a_huge_body_has_exactly_its_size(size: int, chunked: bool) -> None:
    with behaving(huge(size, chunked=chunked)) as upstream:
        response, body = ask(upstream)
    assert (response.headers["Content-Length"], response.headers["Transfer-Encoding"]) == (
        (None, "chunked") if chunked else (str(size), None)
    )
    assert len(body) == size


def test_a_huge_body_ends_when_the_client_disconnects() -> None:
    with behaving(huge(10**12)) as upstream:
        with asked(upstream) as connection:
            assert connection.recv(12) == b"HTTP/1.1 200"
        assert upstream.wait_idle(PATIENCE)
