"""Why ingestions end later than it once looked."""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice, takewhile
from threading import Event

from ingest_service.clock import Clock
from ingest_service.domain.ledger import Slip
from ingest_service.errors import StoreError, StoreStopped
from ingest_service.loop import Loop
from ingest_service.ports.engine import Observer
from ingest_service.ports.store import Store
from ingest_service.schedule.snapshot import ScheduleSnapshot
from ingest_service.slippage.cause import Cause, Place
from ingest_service.slippage.deadlines import Deadlines

log = logging.getLogger(__name__)

# For this many times as long as a round took nothing is done, so that large backlogs slow nobody down.
RESTS = 50
# Of one event the most urgent ingestions that slipped are written down.
MOST_SLIPS = 1000
MOST_CAUSES = 3


@dataclass(frozen=True, slots=True)
class _End:
    """Where an ingestion stands in the order, and the slot it ends in: its number since the start, its opening."""

    place: Place
    slot: int
    opens: int


class Slips(Loop):
    """Compares the ends of all waiting ingestions before and after something happened.

    Ends are counted in slots, so that slots which open a little late are no slips. Things that happen together
    share a slip: so does what happens during a rest, of at least `rest` nanoseconds. The deadlines are watched
    with it.
    """

    name = "slips"

    def __init__(
        self, store: Store, snapshot: Callable[[], ScheduleSnapshot], clock: Clock, rest: int, observer: Observer
    ) -> None:
        super().__init__()
        self._store = store
        self._outlook = snapshot
        self._clock = clock
        self._rest = rest
        self._deadlines = Deadlines(observer)
        self._bell = Event()
        self._halted = Event()
        self._causes: deque[Cause] = deque()
        self._ends: dict[int, _End] = {}

    def start(self) -> None:
        """Take note of where everything ends, and start the thread."""
        self._halted.clear()
        self._bell.set()
        super().start()

    def halt(self) -> None:
        """Let the thread end."""
        self._halted.set()
        self._bell.set()

    def note(self, cause: Cause) -> None:
        """Take note of what is about to happen. Any thread; does not block."""
        self._causes.append(cause)
        self._bell.set()

    def run_once(self) -> bool:
        """Block until something happened or a deadline has come, and write down what slipped. Rests after it."""
        self._clock.wait(self._bell, self._deadlines.next)
        self._bell.clear()
        if self._halted.is_set():
            return False
        began = self._clock.now()
        self._look()
        now = self._clock.now()
        self._clock.wait(self._halted, now + max(self._rest, RESTS * (now - began)))
        return not self._halted.is_set()

    def _look(self) -> None:
        # The snapshot comes first: what it shows was noted before.
        snapshot = self._outlook()
        causes = [self._causes.popleft() for _ in range(len(self._causes))]
        before, self._ends = self._ends, _ends(snapshot.copy(), self._halted)
        if self._halted.is_set():
            return
        self._write_down(dict(islice(_slips(before, self._ends, causes, snapshot), MOST_SLIPS)))
        self._deadlines.watch(snapshot, {sequence: end.opens for sequence, end in self._ends.items()})

    def _write_down(self, slips: dict[int, Slip]) -> None:
        if not slips:
            return
        try:
            self._store.add_slips(slips)
        except StoreStopped:
            raise
        except StoreError as error:
            log.warning("slips are not written down: %s", error)


def _ends(snapshot: ScheduleSnapshot, halted: Event) -> dict[int, _End]:
    places = {entry.sequence: (entry.priority, entry.sequence) for entry in snapshot.backlog.entries()}
    filled = snapshot.backlog.slots
    return {
        run.sequence: _End(places[run.sequence], filled + run.last_slot, run.last_opens)
        for run in takewhile(lambda _: not halted.is_set(), snapshot.all_runs())
    }


def _slips(
    before: dict[int, _End], after: dict[int, _End], causes: list[Cause], snapshot: ScheduleSnapshot
) -> Iterable[tuple[int, Slip]]:
    """Yield the slips of those that waited before and end later now."""
    delay = sum(cause.delay for cause in causes)
    at = snapshot.now + snapshot.wall_offset
    for sequence, end in after.items():
        moved = max(0, end.slot - before[sequence].slot) if sequence in before else 0
        if sequence not in before or moved + delay == 0:
            continue
        reaching = [cause.text for cause in causes if cause.reaches(end.place)]
        if reaching:
            yield sequence, Slip(at, moved, moved * snapshot.pace.interval + delay, _said(reaching))


def _said(causes: list[str]) -> str:
    more = len(causes) - MOST_CAUSES
    return "; ".join(causes[:MOST_CAUSES]) + (f"; and {more} more" if more > 0 else "")
