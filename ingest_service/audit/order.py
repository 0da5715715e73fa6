"""The order of the calls, as far as the ledger proves it.

An ingestion waited in a slot if it was accepted before another one that had been called by then: the sequences
count the acceptances. If it was called for the first time only later, nothing behind it in the order may have been
called in that slot. Ingestions whose priority was changed are not judged, for when is not written down.
"""

from bisect import bisect_left

from ingest_service.audit.findings import Findings
from ingest_service.domain.audited import AuditedCall, AuditedSlot, Place


class OrderCheck:
    """Judges slots in their order. One thread. The memory does not grow with the slots, but for retried ids."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._last_accepted = 0
        # For each slot that none behind it dominates: the last ingestion known to be accepted by then, and the
        # last place that was called in it. The first ascends, the second descends.
        self._accepted: list[int] = []
        self._slots: list[tuple[Place, int]] = []

    def add(self, slot: AuditedSlot) -> None:
        """Judge the next slot. Those of an older program do not say which priorities were changed."""
        if slot.link is None:
            return
        self._judge_within(slot)
        for call in slot.calls:
            if call.is_first:
                self._judge_wait(slot, call)
        self._note(slot)

    def _judge_within(self, slot: AuditedSlot) -> None:
        keys = [(*call.place, call.batch or 0) for call in slot.calls if call.place is not None]
        if keys != sorted(keys):
            self._findings.add("order", f"the calls of slot {slot.number} are not in the order of their places")

    def _judge_wait(self, slot: AuditedSlot, call: AuditedCall) -> None:
        place, at = call.place, bisect_left(self._accepted, call.sequence)
        if place is None or at == len(self._slots):
            return
        overtaker, number = self._slots[at]
        if overtaker > place:
            self._findings.add(
                "order",
                f"id {call.record_id} was called in slot {slot.number}, though it waited in slot {number}, which "
                "called something behind it",
            )

    def _note(self, slot: AuditedSlot) -> None:
        self._last_accepted = max([self._last_accepted, *(call.sequence for call in slot.calls)])
        places = [call.place for call in slot.calls if call.place is not None]
        if not places:
            return
        last = max(places)
        while self._slots and self._slots[-1][0] <= last:
            self._slots.pop()
            self._accepted.pop()
        self._slots.append((last, slot.number))
        self._accepted.append(self._last_accepted)
