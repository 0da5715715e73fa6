"""Slips: expected ends of ingestions that moved back."""

import logging
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import islice

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.domain.entry import Place
from ingest_service.domain.ledger import Slip
from ingest_service.errors import StoreError, StoreStopped
from ingest_service.loop import PAUSE_AFTER_ERROR, Loop, exit_process
from ingest_service.ports.observer import Observer
from ingest_service.ports.records import Records
from ingest_service.schedule.ends import Ends
from ingest_service.schedule.moves import FIRST_PLACE, Moves
from ingest_service.schedule.snapshot import ScheduleSnapshot
from ingest_service.slippage.cause import Cause, CauseLog
from ingest_service.slippage.deadlines import Deadlines

log = logging.getLogger(__name__)

# A rest lasts this many times as long as the round before it: slips take a hundredth of a processor at most.
RESTS = 100
# But no longer than this: the round may have waited for the store, and deadlines are watched.
LONGEST_REST = 60 * NANOSECONDS
# Of one event the most urgent ingestions that slipped are written down.
MOST_SLIPS = 1000
MOST_CAUSES = 3


class Slips(Loop):
    """Compares the ends of all waiting ingestions before and after a cause.

    Ends are counted in slots, so that slots which open a little late are no slips. Causes that come together share
    a slip; so do those that come during a rest, of at least `rest` nanoseconds. The deadlines are watched with it.
    """

    name = "slips"

    def __init__(
        self,
        records: Records,
        snapshot: Callable[[], ScheduleSnapshot],
        causes: CauseLog,
        clock: Clock,
        rest: int,
        observer: Observer,
        give_up: Callable[[str], None] = exit_process,
    ) -> None:
        super().__init__(clock, give_up)
        self._records = records
        self._snapshot = snapshot
        self._causes = causes
        self._rest = rest
        self._deadlines = Deadlines(observer)
        self._ends = Ends()
        self._cannot_read = False

    def start(self) -> None:
        """Note the ends of all that waits, and start the thread."""
        self._causes.bell.set()
        super().start()

    def halt(self) -> None:
        """Let the thread end."""
        super().halt()
        self._causes.bell.set()

    def run_once(self) -> bool:
        """Block until a cause came or a deadline has passed, and write down the slips. Rests after it.

        While the store cannot be read, it tries again after a pause.
        """
        self._clock.wait(self._causes.bell, self._deadlines.next)
        self._causes.bell.clear()
        if self._halted.is_set():
            return False
        began = self._clock.now()
        # The snapshot comes first: the causes of what it shows were noted before.
        snapshot = self._read_snapshot()
        if snapshot is not None:
            self._compare(snapshot)
        now = self._clock.now()
        rest = PAUSE_AFTER_ERROR if snapshot is None else max(self._rest, min(LONGEST_REST, RESTS * (now - began)))
        self._clock.wait(self._halted, now + rest)
        return not self._halted.is_set()

    def _read_snapshot(self) -> ScheduleSnapshot | None:
        """Return a snapshot; None while the store cannot be read, which is logged once, and rings the bell."""
        try:
            snapshot = self._snapshot()
        except StoreStopped:
            raise
        except StoreError as error:
            if not self._cannot_read:
                log.warning("slips are not looked for until the store works again: %s", error)
            self._cannot_read = True
            self._causes.bell.set()
            return None
        self._cannot_read = False
        return snapshot

    def _compare(self, snapshot: ScheduleSnapshot) -> None:
        causes = self._causes.take()
        before, self._ends = self._ends, Ends(snapshot.pieces(), snapshot.waiting.slots)
        if causes:
            self._write_down(dict(islice(_slips(before, self._ends, causes, snapshot), MOST_SLIPS)))
        self._deadlines.watch(snapshot, self._ends)

    def _write_down(self, slips: dict[int, Slip]) -> None:
        if not slips:
            return
        try:
            self._records.add_slips(slips)
        except StoreStopped:
            raise
        except StoreError as error:
            log.warning("slips are not written down: %s", error)


def _slips(
    before: Ends, after: Ends, causes: list[Cause], snapshot: ScheduleSnapshot
) -> Iterator[tuple[int, Slip]]:
    """Yield the slips of those that end later now, or that a delay reaches."""
    delay, at, reasons = sum(cause.delay for cause in causes), snapshot.taken_at, _Reasons(causes)
    for moved in Moves(before, after).behind(reasons.first, least=0 if delay else 1):
        for one, slots in moved.each():
            if one.place >= reasons.first:
                nanoseconds = after.time_of(one.place, slots, snapshot.rate.interval) + delay
                yield one.sequence, Slip(at, slots, nanoseconds, reasons.text(one.place))


class _Reasons:
    """The texts of causes, by the place in the order; none reaches a place before `first`."""

    def __init__(self, causes: list[Cause]) -> None:
        self._causes = causes
        self._places = sorted(cause.place or FIRST_PLACE for cause in causes)
        self._texts: dict[int, str] = {}
        self.first = self._places[0]

    def text(self, place: Place) -> str:
        """Return those that reach this place as one text."""
        reaching = bisect_right(self._places, place)
        if reaching not in self._texts:
            texts = dict.fromkeys(cause.text for cause in self._causes if cause.reaches(place))
            self._texts[reaching] = _text_of(list(texts))
        return self._texts[reaching]


def _text_of(causes: list[str]) -> str:
    """Return different causes as one text."""
    more = len(causes) - MOST_CAUSES
    return "; ".join(causes[:MOST_CAUSES]) + (f"; and {more} more" if more > 0 else "")
