"""Requests that are unusual or malformed, sent to the real server byte by byte."""

import json
import socket
from typing import Any

import pytest

from tests.processes.client import HOST, TIMEOUT_SECONDS, Client
from tests.processes.conftest import Start

pytestmark = pytest.mark.slow

BODY = b'{"ids": [1], "priority": "LOW"}'


@pytest.mark.parametrize("path", ["/ingest", "//ingest", "/ingest/", "///ingest//"])
def test_slashes_may_be_doubled_or_trail(start: Start, client: Client, path: str) -> None:
    start().until_healthy()
    answer = client.ask("POST", path, BODY)
    assert answer.code == 200
    status = client.ask("GET", f"//status//{answer.content['ingestion_id']}/")
    assert status.code == 200


def raw(environ: dict[str, str], request: bytes) -> tuple[int, Any]:
    """Send these bytes and return the code and the JSON of the answer, up to the end of the connection."""
    address = (HOST, int(environ["INGEST_PORT"]))
    with socket.create_connection(address, TIMEOUT_SECONDS) as connection:
        connection.sendall(request)
        with connection.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    assert b"content-type: application/json" in head.lower()
    return int(head.split()[1]), json.loads(body)


def assert_error(code: int, answer: tuple[int, Any]) -> None:
    assert answer[0] == code
    content = answer[1]
    assert set(content) == {"error", "details"}
    assert all(isinstance(sentence, str) for sentences in content["details"].values() for sentence in sentences)


def post(length: int, body: bytes) -> bytes:
    head = f"POST /ingest HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    return head.encode() + body


def test_a_body_that_is_too_large_gets_a_json_error(start: Start, environ: dict[str, str]) -> None:
    start(INGEST_MAX_IDS="1").until_healthy()
    assert_error(413, raw(environ, post(70_000, b" " * 70_000)))


def test_a_body_beyond_what_the_server_reads_is_refused_before_it_is_sent(
    start: Start, environ: dict[str, str]
) -> None:
    start().until_healthy()
    assert_error(413, raw(environ, post(10**12, b"")))


@pytest.mark.parametrize("line", [b"nonsense", b"POST /ingest HTTP/1.1\r\nno colon", b"get / HTTP/1.1"])
def test_a_malformed_request_gets_a_json_error(start: Start, environ: dict[str, str], line: bytes) -> None:
    start().until_healthy()
    assert_error(400, raw(environ, line + b"\r\n\r\n"))
