"""Retries of a request that gets no answer."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ingestctl.errors import NoAnswerError

Answer = TypeVar("Answer")

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Retries for up to `seconds`, with pauses that double; `wait` blocks, `now` is a clock in seconds.

    A pause is never shorter than the service asks for (Retry-After, RFC 9110 section 10.2.3).
    """

    seconds: float = 30.0
    wait: Callable[[float], object] = time.sleep
    now: Callable[[], float] = time.monotonic

    def call(self, request: Callable[[], Answer], is_final: Callable[[NoAnswerError], bool]) -> Answer:
        """Return the first answer; blocks. Raises the last NoAnswerError, or at once the first that is final."""
        end = self.now() + self.seconds
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return request()
            except NoAnswerError as error:
                next_pause = max(pause, error.retry_after or 0)
                if is_final(error) or self.now() + next_pause > end:
                    raise
                log.info("%s Asking again in %g s.", error, next_pause)
            self.wait(next_pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


NO_RETRY = RetryPolicy(0)
