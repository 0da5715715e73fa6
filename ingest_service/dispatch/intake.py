"""The embedded way to let ingestions wait and to change what waits."""

from collections.abc import Callable

from ingest_service.clock import Clock
from ingest_service.dispatch.changes import cancel, reprioritise
from ingest_service.dispatch.state import DispatchState
from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Priority
from ingest_service.ports.store import Store
from ingest_service.schedule.capacity import backlog_full
from ingest_service.schedule.snapshot import ScheduleSnapshot
from ingest_service.slippage.cause import Cause


class EmbeddedIntake:
    """Fits the port `Intake` for one process.

    `on_cause` is told what moves the ends of ingestions, before it does; any thread, it does not block.
    """

    def __init__(
        self,
        gate: DispatchState,
        store: Store,
        clock: Clock,
        linger: int,
        most_ids: int,
        on_cause: Callable[[Cause], None],
    ) -> None:
        self._gate = gate
        self._store = store
        self._clock = clock
        self._linger = linger
        self._most_ids = most_ids
        self._on_cause = on_cause

    def reserve(self, count: int) -> None:
        """Keep room for an ingestion that is about to be accepted."""
        missing = self._gate.backlog.reserve(count, self._most_ids)
        if missing is not None:
            raise backlog_full(self.snapshot(), count, missing)

    def give_back(self, count: int) -> None:
        """Give back room that was kept."""
        self._gate.backlog.give_back(count)

    def join(self, entry: Entry) -> None:
        """Let an entry wait. It wakes the dispatcher only if a slot may open earlier because of it."""
        self._on_cause(Cause.of(entry, f"ingestion {entry.ingestion.id}, {entry.priority.name}"))
        if self._gate.backlog.join(entry, self._clock.now() + self._linger):
            self._gate.ring()

    def cancel(self, sequence: int) -> None:
        """Take an ingestion out of the backlog."""
        with self._gate.lock:
            cancel(sequence, self._store, self._gate.backlog)

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        """Give an ingestion another place in the backlog."""
        with self._gate.lock:
            for entry in self._gate.backlog.of(sequence)[:1]:
                text = f"ingestion {entry.ingestion.id}, now {priority.name}"
                self._on_cause(Cause.of(entry.of_priority(priority), text))
            reprioritise(sequence, priority, self._store, self._gate.backlog)

    def pause(self) -> None:
        """Let no slot open, unless that is so already."""
        with self._gate.lock:
            if self._gate.paused_at is None:
                now = self._clock.wall()
                self._store.pause(now)
                self._gate.paused_at = now

    def resume(self) -> None:
        """Let slots open again."""
        with self._gate.lock:
            if self._gate.paused_at is None:
                return
            self._store.pause(None)
            lasted = max(0, self._clock.wall() - self._gate.paused_at)
            now, pacer = self._clock.now(), self._gate.pacer
            self._on_cause(Cause("an operator's pause", delay=min(lasted, max(0, now - pacer.next_start))))
            # A slot that opens late because of the pause is not late.
            pacer.hold(now)
            self._gate.paused_at = None
            self._gate.ring()

    def opens_in(self) -> int:
        """Return the time until the pacer lets the next slot open."""
        return self._gate.opens_in()

    def snapshot(self) -> ScheduleSnapshot:
        """Return all that the schedule depends on."""
        return self._gate.snapshot()
