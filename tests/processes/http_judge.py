"""The fake upstream as a judge."""

import socket
import struct
import time
from typing import Self

from tests.fake_upstream import Arrival as Request
from tests.fake_upstream import FakeUpstream, Peer
from tests.processes.arrival import Arrival
from tests.processes.fates import Fates

# Where struct tcp_info of Linux has tcpi_last_data_recv, and how many milliseconds that may be too much.
_LAST_DATA_RECEIVED = 52
_COARSE = 5


class HttpJudge:
    """Fits `Upstream`: an API over HTTP that allows three calls in any `interval_seconds`, and fails as fated.

    The kernel says how long a call had been there when it was looked at, so that a judge who gets the
    processor late is not misled. The fake upstream itself might be: it refuses only what is far too fast.
    """

    def __init__(self, interval_seconds: float, fates: Fates) -> None:
        self.upstream = FakeUpstream(3, interval_seconds / 2, self._answer)
        self._fates = fates
        self._arrived: dict[int, int] = {}

    def __enter__(self) -> Self:
        self.upstream.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.upstream.stop()

    @property
    def arrivals(self) -> list[Arrival]:
        """What arrived so far, with what was to be answered."""
        return [self._judged(request) for request in self.upstream.arrivals]

    @property
    def seen(self) -> set[int]:
        """The ids that were called."""
        return {request.record_id for request in self.upstream.arrivals}

    def _answer(self, request: Request, peer: Peer) -> None:
        self._arrived[request.number] = min(request.started_ns, _arrived(peer))
        self._fates.of(request.record_id, request.attempt).behaviour(request, peer)

    def _judged(self, request: Request) -> Arrival:
        fate = self._fates.of(request.record_id, request.attempt)
        at = self._arrived.get(request.number, request.started_ns)
        return Arrival(request.record_id, at, request.ended_ns, fate.answer, fate.pause)


def _arrived(peer: Peer) -> int:
    """Return when the last byte of a request arrived; never too early, and hardly too late."""
    state = peer._connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    ago: int = struct.unpack_from("@I", state, _LAST_DATA_RECEIVED)[0]
    return time.monotonic_ns() - max(0, ago - _COARSE) * 1_000_000
