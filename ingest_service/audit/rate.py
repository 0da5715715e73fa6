"""The rate, as the ledger proves it: how many calls there were in a window of any limit.

The ledger has two times of a slot: when it opened, before its first call, and the latest time at which its last
call may have started. A window counts all calls of each slot that it touches between the two, so the figures are
those of the worst case. A slot that was never closed counts when it opened: when its calls started was not written
down.
"""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from ingest_service.audit.findings import Findings
from ingest_service.clock import NANOSECONDS
from ingest_service.domain.audited import AuditedSlot
from ingest_service.domain.rate import Quota


class TimedSlot(NamedTuple):
    """The calls of a slot, between two times of one clock: of a boot, or "" for the clock of the database."""

    number: int
    clock: str
    opened: int
    started: int
    ids: int


def timed(slot: AuditedSlot) -> TimedSlot:
    """Return the times of a slot, which its engine wrote as text: monotonic ("m"), or of the wall clock ("w")."""
    ending = (slot.closing or "").split()
    clock, opened = slot.opening[2:].rsplit(" ", 1)
    if slot.opening.startswith("m ") and clock:
        started = int(ending[1]) if ending[:1] == ["m"] else int(opened)
        return TimedSlot(slot.number, clock, int(opened), started, slot.made)
    age = int(ending[2]) if ending[:2] == ["w", "closed"] else None
    started = slot.opened_at if age is None or slot.closed_at is None else slot.closed_at - age
    return TimedSlot(slot.number, "", slot.opened_at, max(slot.opened_at, started), slot.made)


class LimitCheck:
    """Judges one limit. `most` is the most calls in a window, `span` the shortest time of one call too many.

    The memory grows with the slots in one window.
    """

    def __init__(self, limit: Quota, findings: Findings) -> None:
        self.limit = limit
        self.most = 0
        self.span: int | None = None
        self._findings = findings
        self._window: deque[TimedSlot] = deque()
        self._in_window = 0
        self._behind: deque[TimedSlot] = deque()
        self._in_behind = 0

    def forget(self) -> None:
        """Begin anew: the times that follow are of another clock."""
        self._window.clear()
        self._behind.clear()
        self._in_window = self._in_behind = 0

    def add(self, slot: TimedSlot) -> None:
        """Judge the next slot."""
        self._count(slot)
        self._measure(slot)

    def _count(self, slot: TimedSlot) -> None:
        while self._window and slot.opened - self._window[0].started >= self.limit.window:
            self._in_window -= self._window.popleft().ids
        self._window.append(slot)
        self._in_window += slot.ids
        self.most = max(self.most, self._in_window)
        if self._in_window > self.limit.ids:
            seconds = self.limit.window / NANOSECONDS
            self._findings.add(
                "rate",
                f"slots {self._window[0].number} to {slot.number} may have started {self._in_window} calls in "
                f"{seconds:g} s, where {self.limit.ids} are allowed",
            )

    def _measure(self, slot: TimedSlot) -> None:
        """Take the time from the last slot with which there is one call too many to this one."""
        self._behind.append(slot)
        self._in_behind += slot.ids
        while self._in_behind - self._behind[0].ids > self.limit.ids:
            self._in_behind -= self._behind.popleft().ids
        if self._in_behind > self.limit.ids:
            first = self._behind[0]
            span = 0 if first is slot else max(0, slot.opened - first.started)
            self.span = span if self.span is None else min(self.span, span)


class RateCheck:
    """Judges slots in their order, by every limit. One thread.

    Windows over a change of the clock are not judged.
    """

    def __init__(self, limits: Sequence[Quota], findings: Findings) -> None:
        self.limits = [LimitCheck(limit, findings) for limit in limits]
        self.clocks = 0
        self.is_monotonic = True
        self._clock: str | None = None

    def add(self, slot: AuditedSlot) -> None:
        """Judge the next slot."""
        one = timed(slot)
        if one.clock != self._clock:
            self._clock = one.clock
            self.clocks += 1
            self.is_monotonic = self.is_monotonic and one.clock != ""
            for limit in self.limits:
                limit.forget()
        if one.ids:
            for limit in self.limits:
                limit.add(one)
