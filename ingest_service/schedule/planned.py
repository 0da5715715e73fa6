"""The slots to come, one by one."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest_service.backlog.packing import ids_in_next_slot, next_slot
from ingest_service.domain.model import Batch
from ingest_service.domain.rate import RateLimit
from ingest_service.schedule.simulated_queue import SimulatedQueue
from ingest_service.schedule.timeline import Timeline


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """A slot to come: its opening (in the time of the snapshot) and the batches it will carry."""

    opens: int
    batches: tuple[Batch, ...]

    @property
    def ids(self) -> int:
        """Number of the ids it will carry."""
        return sum(len(batch.positions) for batch in self.batches)


def planned_slots(
    queue: SimulatedQueue, rate: RateLimit, earliest: int, probing: bool, timeline: Timeline | None
) -> Iterator[PlannedSlot]:
    """Yield the slots that the dispatcher will open, the first of them not before `earliest`.

    Each is noted in the timeline, if there is one. Empties the queue.
    """
    while (opens := queue.opens(earliest)) is not None:
        queue.join_ready(opens)
        if timeline is not None:
            opens = _within_quotas(queue, rate, opens, probing, timeline)
        slot = PlannedSlot(opens, next_slot(queue, rate, probing))
        if timeline is not None:
            timeline.note(opens, slot.ids)
        yield slot
        earliest, probing = opens + rate.interval, False


def _within_quotas(queue: SimulatedQueue, rate: RateLimit, opens: int, probing: bool, timeline: Timeline) -> int:
    """Return when the next slot opens, at `opens` or later: what joins while a quota holds it up may be in it.

    What is ready at `opens` has joined.
    """
    while True:
        free = timeline.free_at(ids_in_next_slot(queue.entries(), rate, probing))
        if queue.next_join is None or free < queue.next_join:
            return max(opens, free)
        opens = queue.next_join
        queue.join_ready(opens)
