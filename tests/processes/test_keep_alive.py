"""Connections that are kept, and requests that are refused before they are whole."""

import time

import pytest

from tests.processes.attackers import connect, connections, drained
from tests.processes.client import Client
from tests.processes.conftest import Start

pytestmark = pytest.mark.slow


@pytest.fixture
def port(start: Start, environ: dict[str, str]) -> int:
    environ["INGEST_KEEPALIVE_SECONDS"] = "3"
    start().until_healthy()
    return int(environ["INGEST_PORT"])


def answers(port: int, *requests: bytes, wait: float = 0.0) -> bytes:
    """Send these requests on one connection, one by one, and return all that comes."""
    with connections(port, 1) as (connection,):
        came = b""
        for request in requests:
            connection.settimeout(10)
            connection.sendall(request)
            came += connection.recv(100_000)
            time.sleep(wait)
        return came + drained(connection)[0]


def get(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: here", *headers, "", ""]).encode()


def test_an_idle_connection_is_kept_as_long_as_the_setting_says(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(get("/health"))
        time.sleep(2)
        assert drained(connection)[1]
        time.sleep(3)
        assert not drained(connection)[1]


def test_a_connection_that_is_used_now_and_then_is_kept(port: int) -> None:
    assert answers(port, *[get("/health")] * 4, wait=1.5).count(b"HTTP/1.1 200 OK") == 4


def test_what_has_not_changed_keeps_the_connection(port: int, client: Client) -> None:
    path = f"/status/{client.submit([1], 'LOW')}"
    came = answers(port, *[get(path, "If-None-Match: *")] * 3)
    assert came.count(b"HTTP/1.1 304 ") == 3
    assert b"Connection: close" not in came
    assert b"Content-Length" not in came
    assert b"Connection: close" in answers(port, get(path, "If-None-Match: *", "Connection: close"))


@pytest.mark.parametrize(
    ("request_head", "code"),
    [
        (b"POST /ingest HTTP/1.1\r\nContent-Length: " + b"9" * 5000, 400),
        (b"GET http://[::1/x HTTP/1.1", 400),
        (b"POST /ingest HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked", 400),
        (b"POST /ingest HTTP/1.1\r\nContent-Length: 99999999\r\nExpect: 100-continue", 413),
        (b"GET / HTTP/1.1\r\nA: " + b"b" * 40_000, 431),
    ],
)
def test_a_request_that_cannot_be_read_is_answered_at_once(port: int, request_head: bytes, code: int) -> None:
    came = answers(port, request_head + b"\r\n\r\n")
    assert came.split()[1] == str(code).encode()
    assert b"application/json" in came


def test_a_client_that_asks_before_it_sends_is_asked_to_go_on(port: int) -> None:
    head = b"POST /ingest HTTP/1.1\r\nHost: here\r\nContent-Length: 31\r\nExpect: 100-continue\r\n\r\n"
    came = answers(port, head, b'{"ids": [1], "priority": "LOW"}')
    assert came.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_a_client_that_goes_on_sending_still_reads_the_refusal(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"POST /ingest HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n")
        for _ in range(5):
            connection.sendall(b"1" * 300_000)
            time.sleep(0.1)
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")
