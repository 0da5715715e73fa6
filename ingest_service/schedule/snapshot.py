"""The slots to come, exactly as the dispatcher will open them if nothing else arrives and every call succeeds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from ingest_service.domain.entry import Entry, Place
from ingest_service.domain.model import LAST_SEQUENCE, Batch, Priority
from ingest_service.domain.ordered_entries import WaitingEntries
from ingest_service.domain.rate import Quota, RateLimit
from ingest_service.domain.usage import Usage
from ingest_service.schedule.openings import EvenOpenings, Openings
from ingest_service.schedule.pieces import Piece, pieces_of
from ingest_service.schedule.planned import PlannedSlot, planned_slots
from ingest_service.schedule.runs import Run
from ingest_service.schedule.simulated_queue import SimulatedQueue
from ingest_service.schedule.slot_sizes import slot_sizes
from ingest_service.schedule.timeline import Timeline

LAST_PLACE: Place = (Priority.LOW, LAST_SEQUENCE)


@dataclass(frozen=True, slots=True)
class Held:
    """The quota that the next slot waits for the longest, and until when (wall clock, None if it is unknown)."""

    quota: Quota
    until: int | None


@dataclass(frozen=True, slots=True)
class ScheduleSnapshot:
    """All that the schedule is a function of, at one moment. Immutable; taking one copies nothing.

    Times are nanoseconds on the monotonic clock of the machine that took it, at `now`; `wall_offset` leads from
    them to the wall clock. No slot opens before `next_start`, nor before `paused_until` (0 if the upstream never
    asked for a pause). While the upstream fails wholly, or refuses the credentials (`refused`), the next slot is a
    probe; the schedule takes it to succeed.
    `took` is the time that the calls of a slot take, and `usage` is what the quotas count. While an operator's
    pause lasts (since `paused_at`, wall clock), the order is known and no time is: times are as if it ended now.
    """

    waiting: WaitingEntries
    next_start: int
    rate: RateLimit
    probing: bool
    wall_offset: int
    paused_until: int
    paused_at: int | None
    took: int
    now: int
    usage: Usage
    refused: bool = False

    def at(self, time: int) -> int | None:
        """Return a time of the schedule on the wall clock, None if an operator's pause makes it unknown."""
        return None if self.paused_at is not None else time + self.wall_offset

    @property
    def taken_at(self) -> int:
        """Moment of the snapshot on the wall clock."""
        return self.now + self.wall_offset

    @property
    def upstream_paused_until(self) -> int | None:
        """End of the pause that the upstream asked for (wall clock), None if nothing waits for it."""
        lasts = self.paused_until > 0 and self.paused_until >= self.next_start
        return self.paused_until + self.wall_offset if lasts else None

    @property
    def opens_in(self) -> int:
        """Nanoseconds for which no slot will open."""
        return max(0, self.next_start - self.now)

    def held(self) -> Held | None:
        """Return what holds the next slot up, None if no quota does or nothing waits."""
        slot = next(self.slots(), None) if self.rate.quotas else None
        if slot is None:
            return None
        found = self.usage.holds_until(slot.ids, self.now)
        # What is free before the interval has passed holds nothing up.
        return Held(found[0], self.at(found[1])) if found is not None and found[1] >= slot.opens else None

    def resumed(self) -> Self:
        """Return the snapshot as it would be if an operator resumed now."""
        return replace(self, paused_at=None)

    def with_entry(self, entry: Entry) -> Self:
        """Return the snapshot as it would be if one more entry waited."""
        return replace(self, waiting=replace(self.waiting, now=self.waiting.now.with_entry(entry)))

    def slots(self) -> Iterator[PlannedSlot]:
        """Yield the slots to come, one by one, by the dispatcher's own rules."""
        return self._slots(SimulatedQueue(self.waiting), self._timeline())

    def runs(self, place: Place) -> Iterator[Run]:
        """Yield the runs of the ingestion at this place in the order. The cost grows with what is more urgent."""
        return (run for piece in self.pieces(place) for run in piece.runs(place))

    def pieces(self, place: Place = LAST_PLACE) -> Iterator[Piece]:
        """Yield what runs, in order, up to this place; everything without one.

        What is behind the place comes too where it matters (see SimulatedQueue.limit_to). Slots are stepped
        through only as long as the linger may still move them, and with quotas, as long as something joins later;
        then it is arithmetic, a block at a time.
        """
        queue, timeline = SimulatedQueue(self.waiting), self._timeline()
        number, earliest, slots = 0, self.next_start, self._slots(queue, timeline)
        while (
            earliest < queue.settled
            or (self.probing and number == 0)
            or (timeline is not None and queue.next_join is not None)
        ):
            slot = next(slots, None)
            if slot is None:
                return
            openings = timeline or EvenOpenings(number, slot.opens, self.rate.interval)
            yield from (_run(batch, number, openings) for batch in slot.batches)
            number, earliest = number + 1, slot.opens + self.rate.interval
        if timeline is None:
            queue.limit_to(place)
            yield from pieces_of(queue, self.rate, number, EvenOpenings(number, earliest, self.rate.interval))
        else:
            timeline.follow(slot_sizes(queue.copy(), self.rate), earliest)
            yield from pieces_of(queue, self.rate, number, timeline)

    def _slots(self, queue: SimulatedQueue, timeline: Timeline | None) -> Iterator[PlannedSlot]:
        return planned_slots(queue, self.rate, self.next_start, self.probing, timeline)

    def _timeline(self) -> Timeline | None:
        """Return the openings of slots that keep quotas, none of them noted yet; None without quotas."""
        return Timeline(self.rate, self.usage) if self.rate.quotas else None


def _run(batch: Batch, number: int, openings: Openings) -> Run:
    """Return the run of a single batch, or a part of it, in this slot."""
    return Run(
        sequence=batch.sequence,
        ingestion=batch.ingestion,
        first=batch.positions[0],
        ids=len(batch.positions),
        first_slot=number,
        last_slot=number,
        openings=openings,
        in_first=len(batch.positions),
        in_others=len(batch.positions),
    )
