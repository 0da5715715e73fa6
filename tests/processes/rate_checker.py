"""An upstream of datagrams that records its calls for a check of the rate."""

import heapq
import random
import socket
import time
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Self

from ingest_service.upstreams.fake.stamped_reader import received_at, request_stamps
from tests.processes.arrival import Arrival
from tests.processes.client import HOST

_LONGEST_WAIT_SECONDS = 0.05


@dataclass(order=True, frozen=True)
class _Answer:
    due: float
    arrival: Arrival = field(compare=False)
    caller: tuple[str, int] = field(compare=False)


class RateChecker:
    """Server of datagrams, each of them a call; it answers after a random delay, some longer than others.

    It fits `Upstream`. The kernel stamps every call as it arrives, so a checker that gets the processor late is
    not misled.
    """

    def __init__(self, seed: int) -> None:
        self.arrivals: list[Arrival] = []
        self._random = random.Random(seed)
        self._unanswered: list[_Answer] = []
        self._closing = Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        request_stamps(self._socket)
        self._socket.bind((HOST, 0))
        self._thread = Thread(target=self._run, name="rate checker")

    @property
    def port(self) -> int:
        """The port on which it takes calls."""
        return int(self._socket.getsockname()[1])

    @property
    def seen(self) -> set[int]:
        """The ids that were called."""
        return {arrival.record_id for arrival in list(self.arrivals)}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._receive()
            self._answer()

    def _receive(self) -> None:
        wait = self._unanswered[0].due - time.monotonic() if self._unanswered else _LONGEST_WAIT_SECONDS
        self._socket.settimeout(min(max(wait, 0.001), _LONGEST_WAIT_SECONDS))
        try:
            content, ancillary, _, caller = self._socket.recvmsg(64, 64)
        except TimeoutError:
            return
        arrival = Arrival(int(content), received_at(ancillary))
        self.arrivals.append(arrival)
        heapq.heappush(self._unanswered, _Answer(time.monotonic() + self._delay(), arrival, caller))

    def _answer(self) -> None:
        while self._unanswered and self._unanswered[0].due <= time.monotonic():
            answer = heapq.heappop(self._unanswered)
            answer.arrival.answered = time.monotonic_ns()
            self._socket.sendto(b'"processed"', answer.caller)

    def _delay(self) -> float:
        slow = self._random.random() < 0.3
        return self._random.uniform(0.1, 0.3) if slow else self._random.uniform(0.0, 0.05)
