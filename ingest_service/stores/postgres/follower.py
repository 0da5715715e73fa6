"""A replica's view of the database: a copy of what waits, which follows the changes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import RLock
from typing import TypeVar

from ingest_service.clock import Clock
from ingest_service.domain.ordered_entries import WaitingEntries
from ingest_service.domain.usage import Usage
from ingest_service.schedule.snapshot import ScheduleSnapshot
from ingest_service.slippage.cause import Cause
from ingest_service.stores.postgres.backlog_copy import BacklogCopy
from ingest_service.stores.postgres.called import CalledSlots
from ingest_service.stores.postgres.changes import ChangesRead, read_changes
from ingest_service.stores.postgres.replicas import Replica
from ingest_service.stores.postgres.rules import Rules
from ingest_service.stores.postgres.sight import expected_start
from ingest_service.stores.postgres.state import SlotState, StateQuery
from ingest_service.stores.postgres.waiting import read_entries
from ingest_service.stores.sql.database import Connection, Database

T = TypeVar("T")
# A reader whose moment others have gone past this many times makes them wait for one reading.
UNDISTURBED_TRIES = 3


@dataclass(frozen=True, slots=True)
class Followed:
    """The state of the database, known at `at` (monotonic), and from when a slot may open for what waits then.

    Quotas let a slot with what would be taken now open from `fits` on; from `joins` on it may be something else.
    """

    state: SlotState
    at: int
    ready: int | None
    fits: int
    joins: int | None


class Follower:
    """Follows the changes of what waits. Any thread; blocks on the database, and raises StoreError.

    Nothing that is kept here decides about the order or the rate: slots are chosen in the database. `on_cause`
    gets what moves the ends of ingestions, in order and before a snapshot shows it.
    """

    def __init__(
        self,
        database: Database,
        replica: Replica,
        rules: Rules,
        clock: Clock,
        on_cause: Callable[[Cause], None],
    ) -> None:
        self._database = database
        self._replica = replica
        self._clock = clock
        self._rate = rules.rate
        self._times = rules.times
        self._on_cause = on_cause
        # It is taken after a connection: whatever waits for it holds one, so its holder must not wait for one.
        self._lock = RLock()
        self._copy = BacklogCopy()
        self._called = CalledSlots(rules.rate)
        self._version: int | None = None
        self._timeline = ""

    def load(self) -> WaitingEntries:
        """Read everything that waits anew, and return it."""
        with self._database.read() as connection, self._lock:
            self._version = None
            followed = self._follow(connection)
            return self._copy.snapshot(followed.state.slot.number)

    def follow(self) -> Followed:
        """Catch up with the database."""
        with self._database.read() as connection, self._lock:
            return self._follow(connection)

    def snapshot(self, not_before: int) -> ScheduleSnapshot:
        """Return the schedule as it is now; a replica alone opens no slot before `not_before` (monotonic)."""
        with self._database.read() as connection, self._lock:
            return self._snapshot(self._follow(connection), not_before)

    def at_one_moment(self, read: Callable[[], T], not_before: int) -> tuple[T, ScheduleSnapshot]:
        """Return what `read` reads from the database, and the snapshot of the same moment."""
        for _ in range(UNDISTURBED_TRIES):
            with self._database.read() as connection:
                found = read()
                with self._lock:
                    if not self._is_past(connection):
                        return found, self._snapshot(self._follow(connection), not_before)
        # The moment is that of the first statement, so nothing is past it while the lock is held.
        with self._database.read() as connection, self._lock:
            return read(), self._snapshot(self._follow(connection), not_before)

    def _is_past(self, connection: Connection) -> bool:
        """Return whether the copy is ahead of the moment of this connection."""
        (version,) = connection.execute("SELECT coalesce(max(version), 0) FROM changes").fetchone()
        return self._version is not None and version < self._version

    def _follow(self, connection: Connection) -> Followed:
        state = StateQuery(connection, self._replica).result()
        at = self._clock.now()
        if (state.version, state.slot.timeline) != (self._version, self._timeline):
            self._catch_up(connection, state, at)
            self._version, self._timeline = state.version, state.slot.timeline
        self._called.follow(connection, state, at)
        return self._followed(state, at)

    def _followed(self, state: SlotState, at: int) -> Followed:
        if not self._rate.quotas:
            return Followed(state, at, self._copy.ready, at, None)
        fits = self._called.usage.free_at(self._copy.ids_ahead(self._rate, at, state.probing))
        return Followed(state, at, self._copy.ready, fits, self._copy.next_join(at))

    @property
    def usage(self) -> Usage:
        """The called ids that quotas count, as of the last look. Any thread; does not block."""
        return self._called.usage

    def _catch_up(self, connection: Connection, state: SlotState, at: int) -> None:
        changes = self._changes(connection, state)
        sequences = None if changes is None else changes.sequences
        entries = read_entries(connection, sequences, self._rate.linger, at, state.wall)
        for cause in () if changes is None else changes.causes:
            self._on_cause(cause)
        if sequences is None:
            self._copy.load(entries)
        else:
            self._copy.replace(sequences, entries)

    def _changes(self, connection: Connection, state: SlotState) -> ChangesRead | None:
        """Read what has changed, None if everything is to be read anew."""
        is_same = self._version is not None and self._timeline == state.slot.timeline
        return read_changes(connection, self._version) if is_same and self._version is not None else None

    def _snapshot(self, followed: Followed, not_before: int) -> ScheduleSnapshot:
        state, at = followed.state, followed.at
        paused_until = at + state.pause_left if state.paused_until else 0
        interval = max(self._rate.interval, state.longest_interval)
        usage = self._called.usage
        start = expected_start(state.slot, state.started_ago, self._times, at)
        return ScheduleSnapshot(
            waiting=self._copy.snapshot(state.slot.number),
            next_start=max(start, paused_until, at, usage.free_at(1), 0 if state.has_others else not_before),
            rate=replace(self._rate, interval=interval).late_by(state.lag),
            probing=state.probing,
            refused=state.refused,
            wall_offset=state.wall - at,
            paused_until=paused_until,
            paused_at=state.paused_at,
            took=state.took,
            now=at,
            usage=usage,
        )
