"""The laws of the order: by priority and created time, chosen at the last moment."""

from collections.abc import Callable
from dataclasses import dataclass

from ingestctl.verify.laws.completion import lost
from ingestctl.verify.record import Record
from ingestctl.verify.verdict import Judgement, judged, not_judged
from ingestctl.verify.watched import Span


@dataclass(frozen=True, slots=True)
class Jump:
    """A batch that certainly started while another one, which goes before it, was accepted and waited."""

    waiting: Span
    other: Span

    def is_in_hand(self, record: Record) -> bool:
        """Return whether the other one may have been chosen before the waiting one came.

        It came earlier, and was the next to start.
        """
        accepted = self.waiting.owner.accepted
        between = [one for one in record.spans if accepted <= one.after and _is_before(one, self.other)]
        return self.other.owner.sent < accepted and not between


def order(record: Record) -> Judgement:
    """Judge the order of those that were chosen while both were there."""
    compared = len(_pairs(record, lambda first, second: first.owner is not second.owner))
    if not compared:
        return not_judged("nothing waited")
    findings = [
        f"{jump.other} started while {jump.waiting} waited; "
        "HIGH should go before MEDIUM before LOW, and the older before the newer."
        for jump in _jumps(record)
        if not jump.is_in_hand(record)
    ]
    return judged(findings, f"right in {compared} comparisons")


def late_choice(record: Record) -> Judgement:
    """Judge whether a more urgent batch that came during the wait went first."""
    compared = len(_pairs(record, lambda first, second: second.owner.sent < first.owner.sent))
    if not compared:
        return not_judged("nothing waited")
    findings = [
        f"{jump.other} started, although the more urgent {jump.waiting} had been accepted before; "
        "what runs should be chosen only when the slot opens."
        for jump in _jumps(record)
        if jump.is_in_hand(record)
    ]
    return judged(findings, f"{compared} times the more urgent one went first")


def _jumps(record: Record) -> list[Jump]:
    never = lost(record)
    return [
        Jump(first, second)
        for first, second in _pairs(record, lambda *_: True)
        if first not in never and _is_before(second, first)
    ]


def _pairs(record: Record, wanted: Callable[[Span, Span], bool]) -> list[tuple[Span, Span]]:
    """Return the pairs of batches whose order matters: the second one waited when the first was accepted."""
    spans = record.spans
    return [
        (first, second)
        for first in spans
        for second in spans
        if wanted(first, second) and _goes_before(first, second) and first.owner.accepted < second.after
    ]


def _goes_before(first: Span, second: Span) -> bool:
    if first.owner is second.owner:
        return first.number < second.number
    if first.owner.rank != second.owner.rank:
        return first.owner.rank < second.owner.rank
    return first.owner.accepted <= second.owner.sent


def _is_before(first: Span, second: Span) -> bool:
    """Return whether a batch certainly started before another one did."""
    return first.before is not None and first.before <= second.after
