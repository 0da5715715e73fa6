"""Everything an engine is built from."""

from dataclasses import dataclass, field
from random import Random

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.dispatch.retries import RetryRules
from ingest_service.domain.ledger import Answer
from ingest_service.domain.rate import RateLimit
from ingest_service.slippage.cause import CauseLog
from tests.doubles import NotingObserver

SECOND = NANOSECONDS
RATE = RateLimit(slot_size=3, interval=5 * SECOND, linger=SECOND // 5, longest_pause=3600 * SECOND)
PASSING = Answer(error="HTTP 500", status=500, retryable=True)
FINAL = Answer(error="HTTP 404", status=404)


class LongestBackoff(Random):
    """A chance that always draws the largest number, so that a backoff is known."""

    def randint(self, a: int, b: int) -> int:
        return max(a, b)


@dataclass
class Wiring:
    """Everything an engine is built from."""

    clock: Clock
    rate: RateLimit = RATE
    retry_rules: RetryRules = field(default_factory=lambda: RetryRules(3, 5 * SECOND, LongestBackoff()))
    most_ids: int = 1000
    observer: NotingObserver = field(default_factory=NotingObserver)
    causes: CauseLog = field(default_factory=CauseLog)
