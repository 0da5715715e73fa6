"""Whether a slot may open: what the dispatcher and those who submit share."""

from dataclasses import replace
from threading import Event, Lock

from ingest_service.backlog.backlog import Backlog
from ingest_service.clock import Clock
from ingest_service.dispatch.circuit_breaker import CircuitBreaker
from ingest_service.dispatch.pacer import Pacer, RateLimit
from ingest_service.schedule.snapshot import ScheduleSnapshot


class DispatchState:
    """The backlog, the pacer and an operator's pause. Any thread may read it.

    `lock` is held while a slot is chosen and written down, while one is closed, and while somebody changes
    what waits: so that nobody changes an ingestion that is on its way into a slot.
    """

    def __init__(self, clock: Clock, pace: RateLimit) -> None:
        self._clock = clock
        self._pace = pace
        self._bell = Event()
        self._stopped = False
        self.lock = Lock()
        self.backlog = Backlog()
        self.pacer = Pacer(pace.interval, 0)
        self.outage = CircuitBreaker()
        self.paused_at: int | None = None

    def start(self, backlog: Backlog, pacer: Pacer, paused_at: int | None) -> None:
        """Begin with what was recovered; `paused_at` is since when an operator wants no slot (wall clock)."""
        self.backlog, self.pacer, self.paused_at = backlog, pacer, paused_at
        self.outage = CircuitBreaker()
        self._stopped = False

    def stop(self) -> None:
        """Let `wait` return False from now on, at once."""
        self._stopped = True
        self._bell.set()

    def ring(self) -> None:
        """Let the dispatcher look again."""
        self._bell.set()

    def wait(self) -> bool:
        """Block until a slot may open; False once stopped."""
        while True:
            self._bell.clear()
            if self._stopped:
                return False
            due = self.due()
            if due is not None and self._clock.now() >= due:
                return True
            self._clock.wait(self._bell, due)

    def due(self) -> int | None:
        """Return since when or from when on a slot may open, None if nothing waits or an operator paused."""
        ready = self.backlog.ready()
        if ready is None or self.paused_at is not None:
            return None
        return max(self.pacer.next_start, ready)

    def opens_in(self) -> int:
        """Return for how many nanoseconds the pacer lets no slot open. Does not block."""
        return max(0, self.pacer.next_start - self._clock.now())

    def snapshot(self) -> ScheduleSnapshot:
        """Return all that the schedule depends on, as it is now. Waits for nobody."""
        now, wall = self._clock.now(), self._clock.wall()
        return ScheduleSnapshot(
            backlog=self.backlog.copy(),
            next_start=max(self.pacer.next_start, now),
            pace=replace(self._pace, interval=self._pace.interval + self.pacer.lag),
            probing=self.outage.is_open,
            wall_offset=wall - now,
            paused_until=self.pacer.paused_until,
            paused_at=self.paused_at,
            took=self.pacer.took,
            now=now,
        )
