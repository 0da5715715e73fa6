"""When the waiting ids of an ingestion run, and why not earlier."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ingest_service.domain.model import Priority
from ingest_service.schedule.runs import Span
from ingest_service.schedule.snapshot import Outlook


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is to come for an ingestion; times are of the wall clock, None while an operator's pause lasts.

    `position` counts the slots that open before its next one, at `next_at`; the calls of the last one end at
    `ends_at`. `ahead` counts, for each priority, the ingestions and the batches that go first.
    The operator's pause lasts since `paused_at`, the upstream's until `paused_until`.
    """

    position: int
    next_at: int | None
    ends_at: int | None
    ahead: Mapping[Priority, tuple[int, int]]
    paused_at: int | None
    paused_until: int | None
    spans: tuple[Span, ...]
    wall_offset: int

    def starts_at(self, batch: int) -> int | None:
        """Return when the slot opens in which a batch runs next, None if it does not wait or nobody knows."""
        if self.paused_at is not None:
            return None
        for span in self.spans:
            if span.first_batch <= batch < span.first_batch + span.batches:
                return span.opens(batch) + self.wall_offset
        return None


def prospect(outlook: Outlook, priority: Priority, sequence: int) -> Prospect | None:
    """Return the prospect of the ingestion at this place in the order, None if nothing of it waits.

    Uses the outlook up. The cost grows with the ingestions that are more urgent.
    """
    ahead = _ahead(outlook, priority, sequence)
    spans = tuple(span for span in outlook.spans(priority, sequence) if span.sequence == sequence)
    if not spans:
        return None
    last = max(span.last_opens for span in spans)
    return Prospect(
        position=spans[0].first_slot,
        next_at=outlook.at(spans[0].first_opens),
        ends_at=outlook.at(last + outlook.took),
        ahead=ahead,
        paused_at=outlook.paused_at,
        paused_until=outlook.upstream_paused_until,
        spans=spans,
        wall_offset=outlook.wall_offset,
    )


def _ahead(outlook: Outlook, priority: Priority, sequence: int) -> dict[Priority, tuple[int, int]]:
    ingestions: dict[Priority, set[int]] = {}
    batches: Counter[Priority] = Counter()
    for entry in outlook.backlog.before(priority, sequence):
        ingestions.setdefault(entry.priority, set()).add(entry.sequence)
        batches[entry.priority] += entry.batch_count
    return {urgency: (len(ingestions[urgency]), batches[urgency]) for urgency in sorted(ingestions)}
