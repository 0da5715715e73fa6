"""The report that the board shows: the next slots, the last ones, and the sums of a day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest_service.domain.rate import RateLimit
from ingest_service.domain.seats import Fill, MinuteTally, SeatedSlot
from ingest_service.ports.engine import Intake
from ingest_service.ports.records import BoardQuery, Records
from ingest_service.reports.minutes import COUNTED_SLOTS, counted_from, of_a_day, recount_from
from ingest_service.reports.models import DispatcherReport, UpcomingSlot
from ingest_service.reports.upcoming import dispatcher_report, empty_at, upcoming_slots

FILLED_SLOTS = 100


@dataclass(frozen=True, slots=True)
class BoardReport:
    """The present, the past and the future, at the moment `taken_at`; times are of the wall clock.

    `slots` are the last ones, the latest first, and `fill` is how full the last FILLED_SLOTS were. `minutes` are
    those of a day, or since `counted_from` where that has too many slots. `empty_at` is the end of all that waits,
    None where nothing waits or an operator's pause lasts.
    """

    taken_at: int
    rate: RateLimit
    dispatcher: DispatcherReport
    upcoming: tuple[UpcomingSlot, ...]
    slots: tuple[SeatedSlot, ...]
    fill: Fill
    minutes: tuple[MinuteTally, ...]
    counted_from: int | None
    empty_at: int | None

    @property
    def done(self) -> int:
        """Number of ids that went well in these minutes."""
        return sum(minute.done for minute in self.minutes)

    @property
    def failed(self) -> int:
        """Number of ids that failed for good in them."""
        return sum(minute.failed for minute in self.minutes)

    @property
    def again(self) -> int:
        """Number of calls in them whose ids were called again, or will be."""
        return sum(minute.again for minute in self.minutes)

    @property
    def longest_lag(self) -> int | None:
        """Longest lag of a slot in them, in nanoseconds."""
        return max((minute.longest_lag for minute in self.minutes if minute.longest_lag is not None), default=None)


class BoardReports:
    """Reads for the board. Any thread; blocks on the store only. Raises StoreError.

    `seated` adds to a slot what this process knows of its calls before that is written down.
    """

    def __init__(self, records: Records, intake: Intake, seated: Callable[[SeatedSlot], SeatedSlot]) -> None:
        self._records = records
        self._intake = intake
        self._seated = seated

    def read(self, next_slots: int, last_slots: int, known: Sequence[MinuteTally] = ()) -> BoardReport:
        """Return the report of this moment with this many slots.

        `known` are the minutes of an earlier report: all but the last two of them are not counted again.
        """
        # Not at one moment with the rest: nothing may be held up for as long as all of them take.
        known = known or self._records.board(BoardQuery(0, 0, 0, COUNTED_SLOTS)).minutes
        query = BoardQuery(last_slots, FILLED_SLOTS, recount_from(known), COUNTED_SLOTS)
        found, snapshot = self._intake.at_one_moment(lambda: self._records.board(query))
        minutes = of_a_day(known, found.minutes, snapshot.taken_at)
        return BoardReport(
            taken_at=snapshot.taken_at,
            rate=snapshot.rate,
            dispatcher=dispatcher_report(self._records, snapshot),
            upcoming=tuple(upcoming_slots(self._records, snapshot, next_slots)),
            slots=tuple(map(self._seated, found.slots)),
            fill=found.fill,
            minutes=minutes,
            counted_from=counted_from(minutes),
            empty_at=empty_at(snapshot),
        )
