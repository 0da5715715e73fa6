"""The report that the plot shows: what happened in the last day, and what waits."""

from dataclasses import dataclass

from ingest_service.backlog.queue_depth import depth_by_priority
from ingest_service.domain.flow import MinuteFlow
from ingest_service.domain.seats import MinuteTally
from ingest_service.ports.engine import Intake
from ingest_service.ports.records import MinutesQuery, MinutesRecord, Records
from ingest_service.reports.minutes import COUNTED_SLOTS, DAY, counted_from, of_a_day, recount_from
from ingest_service.reports.upcoming import empty_at
from ingest_service.schedule.snapshot import ScheduleSnapshot


@dataclass(frozen=True, slots=True)
class HistoryReport:
    """The last day by the minute, at the moment `taken_at`; times are of the wall clock.

    `minutes` and `flows` are those in which something happened; slots are counted since `counted_from`, None for
    the whole day. `waiting` is the number of ids that wait, and `empty_at` the end of all that waits, None where
    nothing waits or an operator's pause lasts.
    """

    taken_at: int
    slot_size: int
    minutes: tuple[MinuteTally, ...]
    flows: tuple[MinuteFlow, ...]
    counted_from: int | None
    waiting: int
    empty_at: int | None


class HistoryReports:
    """Reads for the plot. Any thread; blocks on the store only. Raises StoreError."""

    def __init__(self, records: Records, intake: Intake) -> None:
        self._records = records
        self._intake = intake

    def read(self, last: HistoryReport | None = None) -> HistoryReport:
        """Return the report of this moment; what the last one has is not counted again, but for two minutes."""
        # Not at one moment with the rest: nothing may be held up for as long as a whole day takes.
        known = last or self._first()
        flows_from = known.flows[-2].start if len(known.flows) > 1 else known.taken_at - DAY
        query = MinutesQuery(recount_from(known.minutes), COUNTED_SLOTS, flows_from)
        found, snapshot = self._intake.at_one_moment(lambda: self._records.minutes(query))
        return _report(snapshot, found, known)

    def _first(self) -> HistoryReport:
        snapshot = self._intake.snapshot()
        query = MinutesQuery(0, COUNTED_SLOTS, snapshot.taken_at - DAY)
        return _report(snapshot, self._records.minutes(query), None)


def _report(snapshot: ScheduleSnapshot, found: MinutesRecord, known: HistoryReport | None) -> HistoryReport:
    day_ago = snapshot.taken_at - DAY
    minutes = of_a_day(known.minutes if known else (), found.minutes, snapshot.taken_at)
    return HistoryReport(
        taken_at=snapshot.taken_at,
        slot_size=snapshot.rate.slot_size,
        minutes=minutes,
        flows=tuple(f for f in (*(known.flows[:-2] if known else ()), *found.flows) if f.start >= day_ago),
        counted_from=counted_from(minutes),
        waiting=sum(depth.ids for depth in depth_by_priority(snapshot.waiting).values()),
        empty_at=empty_at(snapshot),
    )
