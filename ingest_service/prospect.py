"""When the waiting ids of an ingestion run, and why not earlier."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ingest_service.domain import Priority
from ingest_service.forecast import Span
from ingest_service.schedule import Outlook


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is to come for an ingestion; times are of the wall clock.

    `position` counts the slots that open before its next one. `ahead` counts, for each priority, the
    ingestions and the batches that go first.
    """

    position: int
    next_at: int
    last_at: int
    ahead: Mapping[Priority, tuple[int, int]]
    paused_until: int | None
    spans: tuple[Span, ...]
    wall_offset: int

    def starts_at(self, batch: int) -> int | None:
        """Return when the slot opens in which a batch runs next, None if it does not wait."""
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
    paused = outlook.paused_until >= outlook.next_start
    return Prospect(
        position=spans[0].first_slot,
        next_at=outlook.at(spans[0].first_opens),
        last_at=outlook.at(max(span.last_opens for span in spans)),
        ahead=ahead,
        paused_until=outlook.at(outlook.paused_until) if paused and outlook.paused_until else None,
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
