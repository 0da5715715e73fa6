"""The state that decides whether a slot may open."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock

from ingest_service.backlog.backlog import Backlog
from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.dispatch.circuit_breaker import CircuitBreaker
from ingest_service.dispatch.pacer import Pacer
from ingest_service.domain.rate import RateLimit
from ingest_service.domain.usage import UsageLog
from ingest_service.errors import IngestError
from ingest_service.schedule.snapshot import ScheduleSnapshot

# Longer than it takes to prepare a slot.
_AHEAD = 20 * NANOSECONDS // 1000


class DispatchState:
    """The backlog, the pacer, the circuit breaker and an operator's pause. Any thread may read it.

    `version` counts the changes that were begun, so that a reader sees whether one came in between. `give_up` ends
    the process.
    """

    def __init__(self, clock: Clock, rate: RateLimit, give_up: Callable[[str], None]) -> None:
        self._clock = clock
        self._give_up = give_up
        self._rate = rate
        self._bell = Event()
        self._lock = Lock()
        self.version = 0
        self.start(Backlog(), Pacer(rate.interval, 0), UsageLog(rate), None)

    def start(self, backlog: Backlog, pacer: Pacer, called: UsageLog, paused_at: int | None) -> None:
        """Begin with what was recovered; `paused_at` is the time of an operator's pause (wall clock)."""
        self.backlog, self.pacer, self.called, self.paused_at = backlog, pacer, called, paused_at
        # Whether a quota holds the next slot up, and until when at least.
        self._is_held, self._held_until = False, 0
        self.breaker = CircuitBreaker()
        self._stopped = False

    def stop(self) -> None:
        """Let `wait` return False from now on, at once."""
        self._stopped = True
        self._bell.set()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock while a slot is chosen and written down, while one is closed, and for every change.

        So an ingestion that is on its way into a slot does not change. An unexpected error gives up: it may have
        come when the change was on the disk and not yet in memory, and only a new start brings them together.
        """
        with self._lock:
            self.version += 1
            try:
                yield
            except IngestError:
                raise
            except Exception as error:
                self._give_up(f"memory may not agree with the disk: {error!r}")
                raise

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """Hold the lock, so that nothing changes meanwhile."""
        with self._lock:
            yield

    def ring(self) -> None:
        """Let the dispatcher look again."""
        self._bell.set()

    def wait(self, waits: Callable[[int | None], None], prepare: Callable[[], None]) -> bool:
        """Block until a slot may open; False once stopped.

        Calls `waits` before each wait, with its end, and `prepare` shortly before a slot opens, as far as there is
        time for it.
        """
        while True:
            self._bell.clear()
            if self._stopped:
                return False
            due, now = self.due(), self._clock.now()
            if due is not None and now >= due:
                return True
            waits(due)
            if due is not None and now >= due - _AHEAD:
                prepare()
                self._clock.wait(self._bell, due)
            else:
                self._clock.wait(self._bell, None if due is None else due - _AHEAD)

    def due(self) -> int | None:
        """Return the time from which a slot may open, None if nothing waits or an operator paused."""
        ready = self.backlog.ready()
        if ready is None or self.paused_at is not None:
            return None
        opens = max(self.pacer.next_start, ready)
        return self._within_quotas(opens) if self._rate.quotas else opens

    def note_change(self) -> None:
        """Let the dispatcher look again if a quota holds up what the next slot would have carried so far."""
        if self._is_held:
            self._held_until = self._clock.now()
            self.ring()

    def opens_in(self) -> int:
        """Return the nanoseconds for which the pacer and the quotas let no slot open. Does not block."""
        return max(0, self._next_start - self._clock.now())

    def snapshot(self) -> ScheduleSnapshot:
        """Return all that the schedule depends on, as it is now. Does not block."""
        now, wall = self._clock.now(), self._clock.wall()
        return ScheduleSnapshot(
            waiting=self.backlog.snapshot(),
            next_start=max(self._next_start, now),
            rate=self._rate.late_by(self.pacer.lag),
            probing=self.breaker.is_open,
            refused=self.breaker.is_refused,
            wall_offset=wall - now,
            paused_until=self.pacer.paused_until,
            paused_at=self.paused_at,
            took=self.pacer.took,
            now=now,
            usage=self.called.usage,
        )

    @property
    def _next_start(self) -> int:
        return max(self.pacer.next_start, self.called.usage.free_at(1))

    def _within_quotas(self, opens: int) -> int:
        """Return when the next slot fits into every quota, or when to look again: it may carry other ids by then.

        A slot that opens as soon as a quota lets it is not late.
        """
        # What arrives from now on rings, for it may be missed by this look.
        self._is_held, now = True, self._clock.now()
        free = self.called.usage.free_at(self.backlog.ids_ahead(self._rate, now, self.breaker.is_open))
        due = max(opens, free, self._held_until)
        if free > now:
            join = self.backlog.next_join()
            self._held_until = due = due if join is None else min(due, join)
        else:
            self._is_held = False
        return due
