"""Requests that the fake upstream takes, and connections that it keeps."""

import json
import socket

import pytest

from ingest_service.upstreams.fake import (
    FakeUpstream,
    ok,
)
from tests.upstreams.fake.asking import (
    ask,
    asked,
    behaving,
    connected,
    everything,
    port_of,
)


@pytest.mark.parametrize("path", ["/items/5", "/5", "/a/b/5", "/items?id=5"])
def test_any_path_that_ends_in_the_id_is_answered_with_it(path: str) -> None:
    with behaving(ok()) as upstream:
        response, body = ask(upstream, path)
    assert (response.status, response.headers["Content-Type"]) == (200, "application/json")
    assert json.loads(body) == {"id": 5, "data": "processed"}


def test_the_url_is_a_template_for_the_id() -> None:
    with FakeUpstream() as upstream:
        assert upstream.url == f"http://127.0.0.1:{port_of(upstream)}/items/{{id}}"


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /items/ HTTP/1.1",
        b"DELETE /items/5 HTTP/1.1",
        b"POST /items HTTP/1.1",
        b"GET /items/5",
        b"\x00\xff",
        b"",
    ],
)
def test_a_request_without_an_id_is_not_found_and_not_an_arrival(request_line: bytes) -> None:
    with behaving(ok()) as upstream:
        with asked(upstream, request_line + b"\r\n\r\n") as connection:
            assert connection.recv(12) == b"HTTP/1.1 404"
        assert upstream.arrivals == []


def test_a_connection_is_kept_for_the_next_request() -> None:
    with behaving(ok()) as upstream, connected(upstream) as connection:
        sockets = []
        for _ in range(3):
            connection.request("GET", "/items/5")
            sockets.append(connection.sock)
            connection.getresponse().read()
    assert sockets[0] is not None
    assert len(set(sockets)) == 1


@pytest.mark.parametrize(
    "request_head", [b"GET /items/5 HTTP/1.0\r\n\r\n", b"GET /items/5 HTTP/1.1\r\nConnection: close\r\n\r\n"]
)
def test_a_connection_is_closed_for_clients_that_do_not_keep_it(request_head: bytes) -> None:
    with behaving(ok()) as upstream, asked(upstream, request_head) as connection:
        assert everything(connection).endswith(b'"processed"}')


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(("path", "body"), [("/items/5", b'{"page": 7}'), ("/items", b'{"id": 5, "page": 7}')])
def test_the_id_of_a_request_with_a_body_is_in_the_path_or_the_first_number_of_the_body(
    method: str, path: str, body: bytes
) -> None:
    with behaving(ok()) as upstream, connected(upstream) as connection:
        for _ in range(2):
            connection.request(method, path, body)
            assert json.loads(connection.getresponse().read()) == {"id": 5, "data": "processed"}
        arrivals = upstream.arrivals
    assert [(one.record_id, one.method, one.body) for one in arrivals] == [(5, method, body)] * 2


def test_a_request_whose_body_does_not_come_is_no_arrival() -> None:
    with behaving(ok()) as upstream:
        with asked(upstream, b"POST /items/5 HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf") as connection:
            connection.shutdown(socket.SHUT_WR)
            assert everything(connection) == b""
        assert upstream.arrivals == []
