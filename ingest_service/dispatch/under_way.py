"""The answers to the calls of the slot under way, as they come, before they are written down."""

from dataclasses import replace

from ingest_service.dispatch.retries import RetryRules
from ingest_service.domain.ledger import Call
from ingest_service.domain.seats import Fate, Seat, SeatedSlot


class UnderWay:
    """Knows what came of the calls of this process so far. Any thread; the slots themselves begin in one.

    It is for people to look at: only what is written down when the slot closes counts.
    """

    def __init__(self, rules: RetryRules) -> None:
        self._rules = rules
        # The number of the slot, and its calls that have ended by their places.
        self._current: tuple[int, dict[int, Call]] = (0, {})

    def begin(self, slot: int) -> None:
        """Forget the last slot: the calls of this one begin."""
        self._current = slot, {}

    def note(self, place: int, call: Call) -> None:
        """Note a call that has ended, by its place in the slot."""
        _, calls = self._current
        calls[place] = call

    def seated(self, slot: SeatedSlot) -> SeatedSlot:
        """Return a slot as it was read, with what is known of its calls beyond that."""
        number, calls = self._current
        if slot.slot.number != number:
            return slot
        return replace(slot, seats=tuple(self._seat(seat, calls.get(n)) for n, seat in enumerate(slot.seats)))

    def _seat(self, seat: Seat, call: Call | None) -> Seat:
        if seat.fate is not Fate.CALLING or call is None:
            return seat
        return replace(seat, fate=self._fate(call, seat.attempt))

    def _fate(self, call: Call, attempt: int) -> Fate:
        if call.answer.error is None:
            return Fate.DONE
        return Fate.AGAIN if self._rules.call_again(call, attempt) else Fate.FAILED
