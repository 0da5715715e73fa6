"""Accepting connections where descriptors are short, and reading from them."""

import errno
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from select import POLLIN
from socket import create_connection, socket
from typing import Any, cast

import pytest
from flask import Flask
from waitress.wasyncore import close_all, readwrite

from ingest_service.clock import NANOSECONDS
from ingest_service.web.http.channel import BODY_READ_AT_ONCE, SENT_AT_ONCE, STALLED, Channel
from ingest_service.web.http.server import BREATHER, make_server
from tests.doubles import VirtualClock


@pytest.fixture
def server() -> Iterator[Any]:
    server = make_server(Flask("any").wsgi_app, "127.0.0.1", 0, 2_000_000)
    clock = VirtualClock()
    clock.time = server.clock.now() + BREATHER
    server.clock = clock
    yield server
    close_all(server._map)
    server.task_dispatcher.shutdown()


class NoDescriptors:
    """A listening socket of a process that may open no more files."""

    def accept(self) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def test_without_descriptors_it_rests_before_it_accepts_again(
    server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert server.readable()
    listening, server.socket = server.socket, NoDescriptors()
    server.handle_accept()
    server.socket = listening
    assert [record.message for record in caplog.records] == [
        "cannot accept a connection: [Errno 24] Too many open files"
    ]
    assert not server.readable()
    server.clock.time += BREATHER
    assert server.readable()


class Broken:
    """A channel that cannot be made for its connection."""

    def __init__(self, _server: Any, accepted: socket, *_: Any, **__: Any) -> None:
        accepted.close()
        raise self.error

    error: Exception = ZeroDivisionError()


def test_what_fails_unexpectedly_does_not_end_the_listening(server: Any, caplog: pytest.LogCaptureFixture) -> None:
    server.channel_class = Broken
    with create_connection(("127.0.0.1", server.effective_port), timeout=60):
        readwrite(server, POLLIN)
    assert [record.message for record in caplog.records] == ["the server failed unexpectedly"]
    assert server.socket.fileno() in server._map
    assert not server.readable()
    server.clock.time += BREATHER
    assert server.readable()


def test_what_fails_unexpectedly_leaves_the_way_to_wake_the_loop(server: Any) -> None:
    def fail(_: int) -> None:
        raise ZeroDivisionError

    receive, server.trigger.recv = server.trigger.recv, fail
    server.pull_trigger()
    readwrite(server.trigger, POLLIN)
    server.trigger.recv = receive
    assert server.trigger._fileno in server._map
    server.pull_trigger()
    assert server.trigger.recv(9) == b"xx"


class GoneClient:
    """The socket of a client that closed its connection after its request."""

    def __init__(self, sent: bytes) -> None:
        self.sent = sent

    def fileno(self) -> int:
        return 1_000_000

    def setblocking(self, _: int) -> None:
        """Nothing blocks."""

    def getsockopt(self, *_: int) -> int:
        return 16_384

    def recv(self, _: int) -> bytes:
        sent, self.sent = self.sent, b""
        return sent

    def send(self, _: bytes) -> int:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    def close(self) -> None:
        """It is closed already."""


def test_a_client_that_asks_whether_to_go_on_and_is_gone_is_closed(server: Any) -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
    channel = Channel(server, cast("socket", GoneClient(head)), ("127.0.0.1", 1), server.adj, server._map)
    channel.handle_read()
    assert not channel.connected


class SendingClient(GoneClient):
    """The socket of a client whose request comes as fast as it is read; notes how much is read at once."""

    def __init__(self, sent: bytes) -> None:
        super().__init__(sent)
        self.read_at_once: list[int] = []

    def recv(self, most: int) -> bytes:
        self.read_at_once.append(most)
        received, self.sent = self.sent[:most], self.sent[most:]
        return received


def test_the_middle_of_a_large_body_is_read_in_large_pieces(server: Any) -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n"
    client = SendingClient(head + bytes(900_000))
    channel = Channel(server, cast("socket", client), ("127.0.0.1", 1), server.adj, server._map)
    for _ in range(3):
        channel.handle_read()
    channel.handle_close()
    assert client.read_at_once == [server.adj.recv_bytes, BODY_READ_AT_ONCE, BODY_READ_AT_ONCE]


def test_a_small_body_is_read_in_small_pieces(server: Any) -> None:
    client = SendingClient(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc")
    channel = Channel(server, cast("socket", client), ("127.0.0.1", 1), server.adj, server._map)
    channel.handle_read()
    client.sent = b"d"
    channel.handle_read()
    assert client.read_at_once == [server.adj.recv_bytes] * 2


class TakingClient(GoneClient):
    """The socket of a reader that takes these numbers of bytes, a number each time, and all in the end."""

    def __init__(self, *takes: int) -> None:
        super().__init__(b"")
        self.takes = [*takes]
        self.taken = b""

    def send(self, data: bytes) -> int:
        most = self.takes.pop(0) if self.takes else len(data)
        if not most:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        self.taken += data[:most]
        return min(most, len(data))


@pytest.mark.parametrize("takes", [(0,), (0, 0, 0, 0), (1000, 0), (1000, 0, 70_000, 0, 10)])
def test_large_pieces_arrive_whole_and_in_order_however_much_their_reader_takes(
    server: Any, takes: tuple[int, ...]
) -> None:
    client = TakingClient(*takes)
    channel = Channel(server, cast("socket", client), ("127.0.0.1", 1), server.adj, server._map)
    pieces = [bytes([number]) * (SENT_AT_ONCE + 1) for number in range(3)]
    assert [channel.write_soon(piece) for piece in pieces] == [SENT_AT_ONCE + 1] * 3
    while channel.total_outbufs_len:
        channel.handle_write()
    assert client.taken == b"".join(pieces)


class WatchedClient(TakingClient):
    """The socket of a reader; notes whether other threads could begin a request while something is sent to it."""

    def __init__(self) -> None:
        super().__init__()
        self.channel: Channel
        self.begins: list[bool] = []

    def send(self, data: bytes) -> int:
        with ThreadPoolExecutor(1) as others:
            self.begins.append(others.submit(self._begin).result())
        return super().send(data)

    def _begin(self) -> bool:
        begins: bool = self.channel.requests_lock.acquire(blocking=False)
        if begins:
            self.channel.requests_lock.release()
        return begins


def test_no_request_begins_while_the_loop_sends_the_rest_of_an_answer(server: Any) -> None:
    client = WatchedClient()
    client.channel = Channel(server, cast("socket", client), ("127.0.0.1", 1), server.adj, server._map)
    client.channel.outbufs[-1].append(b"the rest")
    client.channel.total_outbufs_len = len(b"the rest")
    client.channel.handle_write()
    assert client.taken == b"the rest"
    assert client.begins == [False]


def test_a_reader_that_takes_nothing_more_is_closed_without_waiting_for_it(server: Any) -> None:
    client = TakingClient(0)
    channel = Channel(server, cast("socket", client), ("127.0.0.1", 1), server.adj, server._map)
    channel.write_soon(bytes(SENT_AT_ONCE + 1))
    for seconds in (1, 2):
        channel.check(channel.moved + STALLED + seconds * NANOSECONDS, 0)
    assert not channel.connected
    assert channel not in server._map.values()


def test_a_large_piece_is_not_kept_where_its_reader_takes_it(server: Any) -> None:
    client = TakingClient()
    channel = Channel(server, cast("socket", client), ("127.0.0.1", 1), server.adj, server._map)
    piece = bytes(SENT_AT_ONCE + 1)
    channel.write_soon(piece)
    assert (client.taken, channel.current_outbuf_count) == (piece, 0)
