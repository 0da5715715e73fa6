"""The circuit breaker: while the upstream fails wholly, or refuses the credentials, it is only probed."""

import logging
from collections.abc import Sequence

from ingest_service.domain.ledger import Call
from ingest_service.domain.refusals import SLOTS_OF_REFUSAL

log = logging.getLogger(__name__)

# Every call of this many slots in a row failed: an outage.
SLOTS_OF_AN_OUTAGE = 3


class CircuitBreaker:
    """Counts the slots in a row whose calls all failed, and keeps the number of those that were refused.

    Any thread may read it; it changes only under the lock of DispatchState (`changing`).
    """

    def __init__(self) -> None:
        self._failed_slots = 0
        self._refused_slots = 0

    @property
    def is_open(self) -> bool:
        """True while the upstream is probed with one id a slot, which saves the attempts of the other ids."""
        return self._failed_slots >= SLOTS_OF_AN_OUTAGE or self.is_refused

    @property
    def is_refused(self) -> bool:
        """True while the upstream refuses the credentials."""
        return self._refused_slots >= SLOTS_OF_REFUSAL

    def note(self, calls: Sequence[Call], refused_slots: int) -> None:
        """Count a slot, with the slots in a row that were refused by now.

        Any answer that is not a retryable error ends an outage; calls that were not made say nothing.
        """
        self.note_refusals(refused_slots)
        answers = [call.answer for call in calls if call.was_made]
        if not answers:
            return
        lasted = self._failed_slots >= SLOTS_OF_AN_OUTAGE
        failed = all(answer.error is not None and answer.retryable for answer in answers)
        self._failed_slots = self._failed_slots + 1 if failed else 0
        lasts = self._failed_slots >= SLOTS_OF_AN_OUTAGE
        if lasts is not lasted:
            log_outage(begins=lasts)

    def note_refusals(self, slots: int) -> None:
        """Note how many slots in a row were refused by now."""
        lasted, self._refused_slots = self.is_refused, slots
        if self.is_refused is not lasted:
            log_refusal(begins=self.is_refused)


def log_outage(*, begins: bool) -> None:
    """Log that an outage of the upstream begins, or that it has ended."""
    if begins:
        log.warning("the upstream fails wholly: it is probed with one id a slot until it answers")
    else:
        log.info("the upstream answers again")


def log_refusal(*, begins: bool) -> None:
    """Log that the upstream refuses the credentials, or accepts them again."""
    if begins:
        log.error(
            "the upstream refuses the credentials: every call of %d slots in a row was answered 401, 403 or 407; "
            "it is probed with one id a slot, and no id fails, until it accepts them",
            SLOTS_OF_REFUSAL,
        )
    else:
        log.info("the upstream accepts the credentials again")
