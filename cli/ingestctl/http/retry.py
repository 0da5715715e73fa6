"""How long a call goes on asking a service that does not answer."""

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
    """Ask again for up to so many seconds; `wait` blocks between, and `now` tells the seconds of a clock.

    The pauses double, and are never shorter than the service asks for (Retry-After, RFC 9110 section 10.2.3).
    """

    seconds: float = 30.0
    wait: Callable[[float], object] = time.sleep
    now: Callable[[], float] = time.monotonic

    def call(self, ask: Callable[[], Answer], is_final: Callable[[NoAnswerError], bool]) -> Answer:
        """Return the first answer; blocks. Raises the last NoAnswerError, or the first is_final one, at once."""
        end = self.now() + self.seconds
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return ask()
            except NoAnswerError as error:
                asked = max(pause, error.retry_after or 0)
                if is_final(error) or self.now() + asked > end:
                    raise
                log.info("%s BaseClient again in %g s.", error, asked)
            self.wait(asked)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


NO_RETRY = RetryPolicy(0)
