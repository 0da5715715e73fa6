"""A little service without sockets, on a clock that moves only while a client waits or asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from ingestctl.verify.timing import INTERVAL_SECONDS, Timing
from tests.acceptance.services.right import Answer, RightService

QUICK_SECONDS = 0.005


@dataclass
class VirtualClock:
    """Seconds that pass only by `wait`."""

    seconds: float = 1000.0
    lock: Lock = field(default_factory=Lock)

    def now(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        with self.lock:
            self.seconds += seconds


class VirtualService:
    """A little service and lines to it; the first line is as slow as a test wants it.

    The time that many clients at once need would add up on the clock, so their lines are quick.
    """

    def __init__(self, kind: type[RightService], request_seconds: float = QUICK_SECONDS) -> None:
        self.clock = VirtualClock()
        self.lock = Lock()
        self.timing = Timing(now=self.clock.now, wait=self.clock.wait)
        self.service = kind(INTERVAL_SECONDS, self.clock.now)
        self._request_seconds = request_seconds

    def connect(self) -> "VirtualLine":
        line = VirtualLine(self, self._request_seconds)
        self._request_seconds = QUICK_SECONDS
        return line

    def restart(self) -> None:
        self.clock.wait(2)
        self.service = self.service.restarted()


@dataclass(frozen=True)
class VirtualLine:
    """A line whose requests take some seconds."""

    to: VirtualService
    request_seconds: float

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str | None] | None = None
    ) -> Answer:
        assert method == "GET" or headers == {"Content-Type": "application/json"}
        self.to.clock.wait(self.request_seconds / 2)
        with self.to.lock:
            answer = self.to.service.ask(method, path, body or b"")
        self.to.clock.wait(self.request_seconds / 2)
        return answer
