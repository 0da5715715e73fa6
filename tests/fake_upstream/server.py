"""The fake upstream: a partner's fragile API that judges its callers."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Self

from tests.fake_upstream.answers import head, ok, too_many
from tests.fake_upstream.arrivals import NANOSECONDS, Arrival, most_in_a_span
from tests.fake_upstream.behaviour import Behaviour
from tests.fake_upstream.book import Book
from tests.fake_upstream.listener import Listener
from tests.fake_upstream.peer import Peer, has_left
from tests.fake_upstream.request import Request, read_request

_GOOD = ok()
_NOT_FOUND = head(404, {"Content-Length": 0, "Connection": "close"})


def _ignore(_arrival: Arrival) -> None:
    pass


class FakeUpstream:
    """Serves `GET /items/<id>`, or any path that ends in an id, on 127.0.0.1; any thread may ask it anything.

    More than `rate` arrivals in any half-open span of `window` seconds: the surplus is answered 429 at once,
    whatever the behaviour. `behaviour` may be replaced at any time, for the requests to come. `now` is its
    clock in nanoseconds; waiting is always real. `ended` is told of every request that ended, one at a time,
    and should be quick: nothing is stamped meanwhile.
    """

    def __init__(
        self,
        rate: int = 3,
        window: float = 5,
        behaviour: Behaviour = _GOOD,
        *,
        port: int = 0,
        now: Callable[[], int] = time.monotonic_ns,
        ended: Callable[[Arrival], object] = _ignore,
    ) -> None:
        self.behaviour = behaviour
        self._port = port
        self._window_ns = round(window * NANOSECONDS)
        self._book = Book(rate, self._window_ns, now, ended)
        self._listener: Listener | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, unless it does; after a stop on the same port, with the same book. Raises OSError."""
        if self._listener is None:
            self._listener = Listener(self._port, self._converse)
            self._port = self._listener.port
            self._listener.start()

    def stop(self) -> None:
        """End every connection; returns when no thread and no socket is left. What arrived stays known."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None

    @property
    def url(self) -> str:
        """A template with `{id}`; the port in it is known from the first start on."""
        return f"http://127.0.0.1:{self._port}/items/{{id}}"

    @property
    def arrivals(self) -> list[Arrival]:
        """What arrived so far, in order: a snapshot."""
        return self._book.arrivals()

    @property
    def refused(self) -> int:
        """How many arrivals the rate refused."""
        return sum(arrival.refused for arrival in self.arrivals)

    def most_in_a_span(self) -> int:
        """Return how many arrivals, refused ones too, at most fell into one half-open span of the window."""
        return most_in_a_span([arrival.started_ns for arrival in self.arrivals], self._window_ns)

    def most_in_work(self) -> int:
        """Return how many requests at most were in work at once."""
        return self._book.most_in_work

    def wait_idle(self, seconds: float = 10) -> bool:
        """Block until no request is in work, at most so long; True if none is."""
        return self._book.wait_idle(seconds)

    def _converse(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(ConnectionError), connection.makefile("rb") as lines:
            while (request := read_request(lines)) is not None and self._answer(connection, request):
                pass

    def _answer(self, connection: socket.socket, request: Request) -> bool:
        """Answer, and return whether the connection stays open."""
        if request.record_id is None:
            connection.sendall(_NOT_FOUND)
            return False
        arrival = self._book.arrive(request.record_id, request.headers, partial(has_left, connection))
        peer = Peer(connection, self._book, arrival.number)
        try:
            self._behaviour_for(arrival)(arrival, peer)
        finally:
            self._book.end(arrival.number)
        return peer.finished and request.keep_alive

    def _behaviour_for(self, arrival: Arrival) -> Behaviour:
        return too_many(str(self._book.seconds_until_room())) if arrival.refused else self.behaviour
