"""The circuit breaker: while the upstream fails wholly, it is only probed."""

import logging
from collections.abc import Sequence

from ingest_service.domain.ledger import Call

log = logging.getLogger(__name__)

# Every call of this many slots in a row failed: an outage.
SLOTS_OF_AN_OUTAGE = 3


class CircuitBreaker:
    """Counts the slots in a row whose calls all failed.

    Any thread may read it; it changes only under the lock of DispatchState (`changing`).
    """

    def __init__(self) -> None:
        self._failed_slots = 0

    @property
    def is_open(self) -> bool:
        """True while the upstream is probed with one id a slot, which saves the attempts of the other ids."""
        return self._failed_slots >= SLOTS_OF_AN_OUTAGE

    def note(self, calls: Sequence[Call]) -> None:
        """Count a slot: any answer that is not a retryable error ends an outage.

        Calls that were not made say nothing of the upstream.
        """
        answers = [call.answer for call in calls if call.was_made]
        if not answers:
            return
        lasted = self.is_open
        failed = all(answer.error is not None and answer.retryable for answer in answers)
        self._failed_slots = self._failed_slots + 1 if failed else 0
        if self.is_open is not lasted:
            log_outage(begins=self.is_open)


def log_outage(*, begins: bool) -> None:
    """Log that an outage of the upstream begins, or that it has ended."""
    if begins:
        log.warning("the upstream fails wholly: it is probed with one id a slot until it answers")
    else:
        log.info("the upstream answers again")
