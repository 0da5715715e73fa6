"""The fake upstream: a fragile API of a partner that checks the rate of its clients."""

import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from io import BufferedReader
from typing import Self

from ingest_service.clock import NANOSECONDS, SystemClock
from ingest_service.upstreams.fake.answers import head, ok
from ingest_service.upstreams.fake.arrival_log import ArrivalLog
from ingest_service.upstreams.fake.arrivals import Arrival, most_in_a_span
from ingest_service.upstreams.fake.behaviour import Behaviour
from ingest_service.upstreams.fake.connection import Connection, is_disconnected
from ingest_service.upstreams.fake.limits import Limit
from ingest_service.upstreams.fake.listener import Listener
from ingest_service.upstreams.fake.request import Request, read_request
from ingest_service.upstreams.fake.signals import SIGNALS, Signal
from ingest_service.upstreams.fake.stamped_reader import StampedReader, request_stamps

_GOOD = ok()
_NOT_FOUND = head(404, {"Content-Length": 0, "Connection": "close"})


def _ignore(_: object) -> None:
    pass


class FakeUpstream:
    """Serves `GET /items/<id>`, or any path that ends in an id, on 127.0.0.1. Any thread may use it.

    POST and PUT are served too, with the id in the path or as the first number in the body. When more than `rate`
    requests arrive in a half-open span of `window` seconds, the surplus is answered by the `signal` at once,
    whatever the behaviour; `limits` take the place of that rate. `behaviour` may be replaced at any time, for the
    requests to come. `now` is the clock in nanoseconds (None: the monotonic clock, on which the kernel stamps
    arrivals where it can); waiting is always real. `on_end` is called with every request that ended, one at a
    time; it should be quick, since nothing is stamped meanwhile. `on_listen` gets the listening socket before it
    accepts anything.
    """

    def __init__(
        self,
        rate: int = 3,
        window: float = 5,
        behaviour: Behaviour = _GOOD,
        *,
        port: int = 0,
        now: Callable[[], int] | None = None,
        on_end: Callable[[Arrival], object] = _ignore,
        on_listen: Callable[[socket.socket], object] = _ignore,
        limits: Sequence[Limit] = (),
        signal: Signal = SIGNALS["retry-after"],
    ) -> None:
        self.behaviour = behaviour
        self.limits = limits or [Limit(rate, round(window * NANOSECONDS))]
        self._signal = signal
        self._port = port
        self._is_stamped = now is None
        self._on_listen = on_listen
        self._log = ArrivalLog(self.limits, now or SystemClock().now, on_end)
        self._listener: Listener | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, unless it does; after a stop on the same port, with the same log. Raises OSError."""
        if self._listener is None:
            self._listener = Listener(self._port, self._serve)
            if sys.platform == "linux":
                request_stamps(self._listener.socket)
            self._on_listen(self._listener.socket)
            self._port = self._listener.port
            self._listener.start()

    def stop(self) -> None:
        """End every connection. Blocks until no thread and no socket is left. The arrivals stay known."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None

    @property
    def url(self) -> str:
        """URL template with `{id}`; the port in it is known after the first start."""
        return f"http://127.0.0.1:{self._port}/items/{{id}}"

    @property
    def arrivals(self) -> list[Arrival]:
        """All arrivals so far, in the order of their numbers, as a copy."""
        return self._log.arrivals()

    @property
    def refused(self) -> int:
        """The number of arrivals that the rate refused."""
        return sum(arrival.refused for arrival in self.arrivals)

    def most_in_a_span(self, limit: Limit | None = None) -> int:
        """Return the most arrivals, refused ones too, in one span of a limit (None: of the first limit)."""
        window_ns = (limit or self.limits[0]).window_ns
        return most_in_a_span(sorted(arrival.started_ns for arrival in self.arrivals), window_ns)

    def most_in_work(self) -> int:
        """Return the largest number of requests in work at once."""
        return self._log.most_in_work

    def wait_idle(self, seconds: float = 10) -> bool:
        """Block until no request is in work, for at most this time; return whether none is."""
        return self._log.wait_idle(seconds)

    def _serve(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = StampedReader(client)
        with suppress(ConnectionError), BufferedReader(reader) as lines:
            while (request := read_request(lines)) is not None:
                received_ns = reader.received_ns if self._is_stamped else None
                if not self._answer(client, request, received_ns):
                    return

    def _answer(self, client: socket.socket, request: Request, received_ns: int | None) -> bool:
        """Answer, and return whether the connection stays open."""
        if request.record_id is None:
            client.sendall(_NOT_FOUND)
            return False
        gone = partial(is_disconnected, client)
        arrival = self._log.add(request, received_ns, gone)
        connection = Connection(client, self._log, arrival.number)
        try:
            self._behaviour_for(arrival)(arrival, connection)
        finally:
            self._log.end(arrival.number)
        return connection.finished and request.keep_alive

    def _behaviour_for(self, arrival: Arrival) -> Behaviour:
        return self._signal(self._log.seconds_until_room()) if arrival.refused else self.behaviour
