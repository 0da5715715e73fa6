"""The slots to come, exactly as the dispatcher will open them if nothing else arrives and every call succeeds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from ingest_service.backlog.backlog import Backlog
from ingest_service.dispatch.pacer import RateLimit
from ingest_service.domain.model import LAST_SEQUENCE, Batch, Priority
from ingest_service.schedule.runs import Run, SimulatedQueue, runs_of


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """A slot to come: when it opens (nanoseconds, monotonic) and what it will carry."""

    opens: int
    batches: tuple[Batch, ...]


@dataclass(frozen=True, slots=True)
class ScheduleSnapshot:
    """All that the schedule is a function of, at one moment.

    `backlog` is a copy of the dispatcher's. No slot opens before `next_start`, nor before `paused_until` (0 if
    the upstream never asked for a pause). While an outage lasts the next slot is a probe; the schedule takes
    it to succeed. `took` is how long the calls of a slot take. `wall_offset` leads from the monotonic clock to
    the wall clock; `now` is when it was taken. While an operator's pause lasts (since `paused_at`, wall clock),
    the order is known and no time is: times are as if it ended now.
    """

    backlog: Backlog
    next_start: int
    pace: RateLimit
    probing: bool
    wall_offset: int
    paused_until: int
    paused_at: int | None
    took: int
    now: int

    def at(self, time: int) -> int | None:
        """Return a time of the schedule on the wall clock, None if an operator's pause makes it unknown."""
        return None if self.paused_at is not None else time + self.wall_offset

    @property
    def upstream_paused_until(self) -> int | None:
        """Until when the upstream wants to be left alone (wall clock), None if nothing waits for that."""
        lasts = self.paused_until > 0 and self.paused_until >= self.next_start
        return self.paused_until + self.wall_offset if lasts else None

    def copy(self) -> Self:
        """Return an snapshot of the same moment, to be used up on its own."""
        return replace(self, backlog=self.backlog.copy())

    def slots(self) -> Iterator[PlannedSlot]:
        """Yield the slots to come, one by one, by the dispatcher's own rules. Uses the backlog up."""
        earliest, probing = self.next_start, self.probing
        while (ready := self.backlog.ready()) is not None:
            opens = max(earliest, ready)
            batches = self.backlog.take(self.pace.slot_size, opens, probing)
            yield PlannedSlot(opens, batches)
            earliest, probing = opens + self.pace.interval, False

    def runs(self, priority: int, sequence: int) -> Iterator[Run]:
        """Yield when the entries up to this place in the order run. Uses the backlog up.

        Entries behind this place come too where they matter (see Backlog.ahead). Slots are stepped through
        only as long as the linger may still move them; then it is arithmetic, an entry at a time.
        """
        number, earliest, settled = 0, self.next_start, self.backlog.settled()
        slots = self.slots()
        while earliest < settled or (self.probing and number == 0):
            slot = next(slots, None)
            if slot is None:
                return
            yield from (_span(batch, number, slot.opens) for batch in slot.batches)
            number, earliest = number + 1, slot.opens + self.pace.interval
        waiting, later = self.backlog.ahead(priority, sequence)
        yield from runs_of(SimulatedQueue(waiting, later), self.pace, number, earliest)

    def all_runs(self) -> Iterator[Run]:
        """Yield when everything that waits runs. Uses the backlog up."""
        return self.runs(Priority.LOW, LAST_SEQUENCE)


def _span(batch: Batch, number: int, opens: int) -> Run:
    """Return the run of a single batch in this slot."""
    return Run(
        sequence=batch.sequence,
        first_batch=batch.number,
        batches=1,
        first_slot=number,
        last_slot=number,
        first_opens=opens,
        interval=1,
        in_first=1,
        in_others=1,
        first_size=len(batch.positions),
        size=1,
        ids=len(batch.positions),
    )
