"""Times of a run: the interval of the service, and the clock of the client."""

import time
from collections.abc import Callable
from dataclasses import dataclass

INTERVAL_SECONDS = 5.0
_GRACE_SECONDS = 5.0
_POLLS_IN_AN_INTERVAL = 20


@dataclass(frozen=True, slots=True)
class Timing:
    """The interval of the service in seconds; `now` is a monotonic clock, and `wait` blocks."""

    interval: float = INTERVAL_SECONDS
    now: Callable[[], float] = time.monotonic
    wait: Callable[[float], object] = time.sleep

    @property
    def pause(self) -> float:
        """Seconds between two looks at the service."""
        return self.interval / _POLLS_IN_AN_INTERVAL

    def patience(self, slots: int) -> float:
        """Return the seconds in which a service that may be slow has opened that many slots."""
        return slots * self.interval + _GRACE_SECONDS
