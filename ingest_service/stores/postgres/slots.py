"""The end of the engine that opens slots: one replica among others."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.dispatch.circuit_breaker import log_outage, log_refusal
from ingest_service.domain.ledger import Call, Retry, Slot
from ingest_service.ports.engine import ignore
from ingest_service.ports.observer import Observer
from ingest_service.stores.postgres.closing import SlotCloser, UpstreamPause
from ingest_service.stores.postgres.follower import Followed, Follower
from ingest_service.stores.postgres.gate import Gate
from ingest_service.stores.postgres.opening import SlotOpener
from ingest_service.stores.postgres.releasing import SlotEnd
from ingest_service.stores.postgres.replicas import Heartbeat, Replica
from ingest_service.stores.postgres.rules import Rules
from ingest_service.stores.postgres.sight import PauseSight, SeenSlot, Sight
from ingest_service.stores.postgres.state import SlotState
from ingest_service.stores.sql.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Step:
    """The next thing to do, at a time of the monotonic clock (None: none is known): to open a slot, or to look."""

    at: int | None
    opens: bool


class PostgresSlots:
    """Fits the port `SlotSource`: waits outside of any transaction, chooses and writes down in a short one."""

    def __init__(
        self,
        database: Database,
        gate: Gate,
        replica: Replica,
        rules: Rules,
        follower: Follower,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._replica = replica
        self._rules = rules
        self._follower = follower
        self._clock = clock
        self._observer = observer
        self._sight = Sight(rules.times)
        self._pause = PauseSight()
        self._heartbeat = Heartbeat(database, replica, rules.times.interval, clock)
        self._opener = SlotOpener(gate, replica, rules, clock, self._sight, lambda: follower.usage)
        self._closer = SlotCloser(gate, replica, rules, clock)
        self._bell = Event()
        self._is_stopped = False
        self._held_until = 0
        self._is_held = False
        self._due = 0
        self._ready: int | None = None
        self._has_others = False
        self._failing = False
        self._refused = False

    def start(self) -> None:
        """Let slots open, and take the first look, from which the waits count."""
        self._is_stopped = False
        self._look()

    def stop(self) -> None:
        """Wake the dispatcher; `open` returns None from now on."""
        self._is_stopped = True
        self._bell.set()

    def ring(self) -> None:
        """Let the dispatcher look at the database now. Any thread."""
        self._bell.set()

    def note_change(self) -> None:
        """Let it look now, unless a slot may open for others as early as for what arrived or changed. Any thread.

        While a quota holds a slot up that would carry something else, it may be earlier.
        """
        ready = self._ready
        if self._is_held or ready is None or ready > self._clock.now() + self._rules.rate.linger:
            self._bell.set()

    @property
    def next_start(self) -> int:
        """Time before which no slot opens, as far as this replica has seen, if those that are open end well.

        Any thread.
        """
        seen = self._sight.seen
        is_own = seen is not None and seen.owner == self._replica.owner
        next_start = self._sight.next_start(will_be_closed=is_own or self._has_others)
        return max(next_start, self._pause.ends, self._follower.usage.free_at(1))

    def open(self, waits: Callable[[int | None], None] = ignore) -> Slot | None:
        """Wait until a slot may open as far as is known, and open it if that is so; again and again."""
        while (due := self._wait(waits)) is not None:
            slot = self._opener.open()
            if slot is not None:
                self._due = due
                self._observer.slot_opened(len(slot.ids), max(0, slot.opened - due))
                return slot
        return None

    def close(self, slot: Slot, calls: Sequence[Call]) -> bool:
        """Keep the outcomes, let the ids wait that are called again; the interval counts from the last call."""
        started = max((call.started for call in calls if call.started is not None), default=None)
        pause = None if started is None else self._upstream_pause(calls, started)
        verdicts = self._closer.close(slot, calls, self._end(calls, started), pause)
        if verdicts is None:
            return False
        self._sight.note_closed(self._clock.now() if started is None else started)
        if again := sum(isinstance(verdict, Retry) for verdict in verdicts):
            self._observer.called_again(again)
        if pause is not None:
            self._pause_for_upstream(pause)
        return True

    def _wait(self, waits: Callable[[int | None], None]) -> int | None:
        """Block until a slot may open as far as is known; return since when it might have, None once stopped.

        Calls `waits` before each wait, with that time.
        """
        while True:
            self._bell.clear()
            if self._is_stopped:
                return None
            next_step = self._look()
            now = self._clock.now()
            until = now + self._rules.poll if next_step.at is None else min(now + self._rules.poll, next_step.at)
            if until > now:
                waits(next_step.at if next_step.opens else None)
            self._clock.wait(self._bell, until)
            if next_step.opens and next_step.at is not None and self._clock.now() >= next_step.at:
                return next_step.at

    def _look(self) -> _Step:
        """Look at the database, and end a slot that its owner cannot end any more."""
        self._heartbeat.beat()
        # What arrives while it looks may be missed by the look.
        self._ready = None
        followed = self._follower.follow()
        self._ready = followed.ready
        self._note(followed.state, followed.at)
        return self._next_step(followed)

    def _note(self, state: SlotState, at: int) -> None:
        self._sight.note(state.slot, at)
        self._pause.note((state.paused_until, state.pause_length), at + state.pause_left)
        self._has_others = state.has_others
        if state.failing is not self._failing:
            self._failing = state.failing
            log_outage(begins=state.failing)
        if state.refused is not self._refused:
            self._refused = state.refused
            log_refusal(begins=state.refused)

    def _next_step(self, followed: Followed) -> _Step:
        state = followed.state
        if not state.slot.is_closed:
            return _Step(self._ends_at(state.slot), opens=False)
        if state.paused_at is not None:
            # A slot that opens late because of the pause is not late.
            self._held_until = followed.at
            return _Step(None, opens=False)
        if followed.ready is None:
            return _Step(None, opens=False)
        return self._within_quotas(followed, max(self._sight.due, followed.ready, self._pause.ends))

    def _within_quotas(self, followed: Followed, opens: int) -> _Step:
        """Return when a slot that might open then fits into every quota, or when it may carry something else.

        A slot that opens as soon as a quota lets it is not late.
        """
        if self._is_held:
            self._held_until = min(self._held_until, followed.at)
        due = max(opens, followed.fits, self._held_until)
        self._is_held = followed.fits > followed.at
        if self._is_held:
            self._held_until = due = due if followed.joins is None else min(due, followed.joins)
        return _Step(due, opens=True)

    def _ends_at(self, slot: SeenSlot) -> int:
        """Take back an open slot that is lost; return when there is more to do about it.

        A slot of this replica was written down by a commit whose answer did not come: nothing of it was called.
        """
        now = self._clock.now()
        if slot.owner == self._replica.owner:
            self._closer.take_back(slot, SlotEnd("uncalled"))
            return now
        if now < self._sight.due:
            return self._sight.due
        times = self._rules.times.longest(slot.times)
        if self._closer.take_back(slot, SlotEnd("lost", age=max(times.timeout, times.interval))):
            self._observer.slot_lost()
            log.warning("slot %d was lost: its replica did not close it; its ids are called again", slot.number)
        return now

    def _end(self, calls: Sequence[Call], started: int | None) -> SlotEnd:
        """Return the end of a slot whose last call started then, None if none was made."""
        if started is None:
            return SlotEnd("uncalled")
        took = max(0, self._clock.now() - started)
        failed = all(call.answer.error is not None and call.answer.retryable for call in calls if call.was_made)
        return SlotEnd("closed", age=took, took=took, lag=max(0, started - self._due), failed=failed)

    def _upstream_pause(self, calls: Sequence[Call], started: int) -> UpstreamPause | None:
        """Return the pause that the answers ask for; the last of the calls started then."""
        asked = max(call.answer.pause or 0 for call in calls)
        length = min(asked, self._rules.rate.longest_pause)
        if length == 0:
            return None
        opens_in = max(0, started + self._rules.rate.interval - self._clock.now())
        return UpstreamPause(asked, length, delay=max(0, length - opens_in))

    def _pause_for_upstream(self, pause: UpstreamPause) -> None:
        lengths = pause.length / NANOSECONDS, pause.asked / NANOSECONDS
        log.warning("no slot opens for %g s; the upstream asked for %g s", *lengths)
        self._pause.hold(self._clock.now() + pause.length)
        self._observer.paused(pause.length)
