"""Large answers, which are written in turns."""

import socket
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask, Response
from waitress.wasyncore import close_all

from ingest_service.web.http.request_id import RequestIds, request_id
from ingest_service.web.http.server import make_server

PIECE = b"a" * 50_000
PIECES = 200
GET = b"GET %b HTTP/1.1\r\nHost: here\r\nX-Request-ID: mine\r\nConnection: close\r\n\r\n"


class Answers:
    """An application with large answers; it notes what becomes of them."""

    def __init__(self) -> None:
        self.closed = Event()
        self.names: set[str | None] = set()
        self.app = Flask("answers")
        self.app.add_url_rule("/large", "large", view_func=lambda: Response(self._pieces(PIECES)))
        self.app.add_url_rule(
            "/broken", "broken", view_func=lambda: Response(self._pieces(PIECES // 2, RuntimeError("!")))
        )
        self.app.add_url_rule("/small", "small", view_func=lambda: "small")

    def _pieces(self, count: int, error: Exception | None = None) -> Iterator[bytes]:
        try:
            for _ in range(count):
                self.names.add(request_id.get())
                yield PIECE
            if error:
                raise error
        finally:
            self.closed.set()


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def port(answers: Answers) -> Iterator[int]:
    server: Any = make_server(RequestIds(answers.app.wsgi_app), "127.0.0.1", 0, 1000)
    thread = Thread(target=server.run)
    thread.start()
    yield int(server.effective_port)
    server.trigger.pull_trigger(lambda: close_all(server._map))
    thread.join()
    server.task_dispatcher.shutdown()


def asked(port: int, path: bytes) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", port))
    connection.settimeout(30)
    connection.sendall(GET % path)
    return connection


def whole(connection: socket.socket) -> bytes:
    with connection, connection.makefile("rb") as answer:
        return answer.read()


def test_readers_that_wait_are_sent_all_of_a_large_answer_in_the_end(port: int, answers: Answers) -> None:
    readers = [asked(port, b"/large") for _ in range(40)]
    assert whole(asked(port, b"/small")).endswith(b"small")
    for reader in readers[1:]:
        reader.close()
    text = whole(readers[0])
    assert text.count(b"a" * 1000) >= PIECES * len(PIECE) // 1000
    assert text.endswith(b"\r\n0\r\n\r\n")
    assert answers.names == {"mine"}


def test_the_answer_of_a_reader_that_has_gone_is_closed(port: int, answers: Answers) -> None:
    reader = asked(port, b"/large")
    assert reader.recv(100).startswith(b"HTTP/1.1 200 OK")
    assert not answers.closed.is_set()
    reader.close()
    assert answers.closed.wait(30)


def test_an_answer_that_breaks_off_has_no_end(port: int, answers: Answers) -> None:
    text = whole(asked(port, b"/broken"))
    assert text.startswith(b"HTTP/1.1 200 OK")
    assert not text.endswith(b"\r\n0\r\n\r\n")
    assert answers.closed.is_set()
