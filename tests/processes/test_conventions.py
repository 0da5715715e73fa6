"""Headers and bodies of every answer of the real server, also to requests that never reach the application."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask, Response

from ingest_service.web.http.request_id import RequestIds, request_id
from tests.cli.serving import listening, serving
from tests.processes.client import TIMEOUT_SECONDS

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.slow

MALFORMED = b"POST /ingest HTTP/1.1\r\nno colon"
TOO_LARGE = b"POST /ingest HTTP/1.1\r\nHost: here\r\nContent-Length: 99999999"
PROBLEM = b"\r\nAccept: application/problem+json\r\nX-Request-ID: mine"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with serving(tmp_path, INGEST_MAX_IDS="10000") as url:
        yield url


def raw(url: str, request: bytes) -> tuple[str, bytes]:
    """Send these bytes and return the head and the rest of all that comes until the connection is closed."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), TIMEOUT_SECONDS) as connection:
        connection.sendall(request)
        with connection.makefile("rb") as answer:
            head, _, rest = answer.read().partition(b"\r\n\r\n")
    return head.decode(), rest


def submitted(url: str, count: int) -> str:
    body = {"ids": list(range(1, count + 1)), "priority": "LOW"}
    return str(requests.post(f"{url}/ingest", json=body, timeout=TIMEOUT_SECONDS).json()["ingestion_id"])


@pytest.mark.parametrize("request_head", [MALFORMED, TOO_LARGE])
def test_a_request_that_the_server_refuses_gets_a_request_id(url: str, request_head: bytes) -> None:
    head, body = raw(url, request_head + b"\r\n\r\n")
    assert re.search(r"^X-Request-I[dD]: [0-9a-f]{32}\r?$", head, re.MULTILINE)
    assert "Content-Type: application/json\r\n" in head
    assert json.loads(body).keys() == {"error", "details"}


def test_a_refusal_by_the_server_can_be_a_problem_with_the_request_id_of_the_client(url: str) -> None:
    head, body = raw(url, TOO_LARGE + PROBLEM + b"\r\n\r\n")
    assert re.search(r"^X-Request-I[dD]: mine\r?$", head, re.MULTILINE)
    assert "Content-Type: application/problem+json\r\n" in head
    problem = json.loads(body)
    assert (problem["status"], problem["title"]) == (413, "Request Entity Too Large")
    assert problem["detail"] == f"request: {problem['details']['request'][0]}"
    assert "instance" not in problem


def test_an_answer_that_fails_before_its_first_piece_is_an_error_with_the_request_id_of_the_log() -> None:
    names: list[str | None] = []

    def failing() -> Iterator[str]:
        names.append(request_id.get())
        raise RuntimeError("the secret cause")
        yield ""

    app = Flask("failing")
    app.add_url_rule("/", view_func=lambda: Response(failing()))
    with listening(RequestIds(app.wsgi_app)) as url:
        head, body = raw(url, b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
    assert head.startswith("HTTP/1.1 500 ")
    assert re.search(rf"^X-Request-I[dD]: {names[0]}\r?$", head, re.MULTILINE)
    assert json.loads(body)["error"] == "Internal server error"
    assert b"secret" not in body


@pytest.mark.parametrize("count", [3, 9999])
def test_head_is_answered_without_a_byte_of_body(url: str, count: int) -> None:
    request = f"HEAD /status/{submitted(url, count)} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
    head, rest = raw(url, request.encode())
    assert head.startswith("HTTP/1.1 200 OK\r\n")
    assert ("Content-Length: " in head) is (count == 3)
    assert rest == b""


def test_the_next_answer_comes_right_behind_that_to_head(url: str) -> None:
    path = f"/status/{submitted(url, 3)}"
    head = f"HEAD {path} HTTP/1.1\r\nHost: here\r\n\r\n"
    get = f"GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
    _, rest = raw(url, f"{head}{get}".encode())
    assert rest.startswith(b"HTTP/1.1 200 OK\r\n")
    assert json.loads(rest.partition(b"\r\n\r\n")[2]).keys() == {"ingestion_id", "status", "batches"}
