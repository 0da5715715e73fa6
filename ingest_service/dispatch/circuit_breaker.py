"""Whether the upstream fails wholly, so that it is only probed."""

import logging
from collections.abc import Sequence

from ingest_service.domain.ledger import Call

log = logging.getLogger(__name__)

# So many slots in a row in which every call failed are an outage.
SLOTS_OF_AN_OUTAGE = 3


class CircuitBreaker:
    """Watches the calls of one slot after the other. Only the dispatcher thread uses it."""

    def __init__(self) -> None:
        self._failed_slots = 0

    @property
    def is_open(self) -> bool:
        """Whether the upstream is to be probed with one id a slot, so that not everyone's attempts are used up."""
        return self._failed_slots >= SLOTS_OF_AN_OUTAGE

    def note(self, calls: Sequence[Call]) -> None:
        """Take note of a slot: any answer that is no passing error ends an outage."""
        lasted = self.is_open
        failed = all(call.answer.error is not None and call.answer.retryable for call in calls)
        self._failed_slots = self._failed_slots + 1 if failed else 0
        if self.is_open and not lasted:
            log.warning("the upstream fails wholly: it is probed with one id a slot until it answers")
        if lasted and not self.is_open:
            log.info("the upstream answers again")
