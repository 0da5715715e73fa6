"""The engine of one process: a backlog in memory and a journal on the disk."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar
from uuid import UUID

from ingest_service.clock import Clock
from ingest_service.dispatch.journal import Journal
from ingest_service.dispatch.recovery import recovered_backlog, recovered_pacer, recovered_usage
from ingest_service.dispatch.retries import RetryRules
from ingest_service.dispatch.slots import Slots
from ingest_service.dispatch.state import DispatchState
from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import CANCELLED, Call, Outcome, Slot
from ingest_service.domain.model import Ingestion, Priority, Submission
from ingest_service.domain.rate import RateLimit
from ingest_service.loop import exit_process
from ingest_service.ports.engine import ignore
from ingest_service.ports.observer import Observer
from ingest_service.schedule.capacity import backlog_full
from ingest_service.schedule.dry_run import require_in_time
from ingest_service.schedule.snapshot import ScheduleSnapshot
from ingest_service.slippage.cause import Cause

T = TypeVar("T")
# A reader that was disturbed this many times holds changes up for the time of one reading.
UNDISTURBED_TRIES = 3


class EmbeddedEngine:
    """Fits the port `Engine` for one process.

    `on_cause` gets everything that may move the ends of ingestions, before it does; any thread, it does not block.
    `give_up` ends the process.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        rate: RateLimit,
        retry_rules: RetryRules,
        most_ids: int,
        observer: Observer,
        on_cause: Callable[[Cause], None],
        give_up: Callable[[str], None] = exit_process,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._rate = rate
        self._most_ids = most_ids
        self._on_cause = on_cause
        self._state = DispatchState(clock, rate, give_up)
        self._slots = Slots(journal, clock, rate, retry_rules, observer, on_cause, self._state)

    # The dispatcher's end: see the port `SlotSource`.

    def start(self) -> None:
        """Load the backlog and count the first interval from what the ledger proves."""
        last = self._journal.last_slot()
        self._slots.start(last.number if last else 0)
        pacer = recovered_pacer(last, self._journal.paused_until(), self._clock, self._rate)
        backlog = recovered_backlog(self._journal.waiting(self._clock.now()), self._clock, self._rate)
        most_ids = max(limit.ids for limit in self._rate.limits)
        called = recovered_usage(self._journal.called(most_ids), last, self._clock, self._rate)
        self._state.start(backlog, pacer, called, self._journal.paused_at())
        self._state.breaker.note_refusals(self._journal.refused_slots())

    def stop(self) -> None:
        """Wake the dispatcher; `open` returns None from now on."""
        self._state.stop()

    def open(self, waits: Callable[[int | None], None] = ignore) -> Slot | None:
        """Wait first and choose then, so that an arrival during the wait takes its place in the order."""
        return self._slots.open(waits)

    def close(self, slot: Slot, calls: Sequence[Call]) -> bool:
        """Keep the outcomes, let the ids wait that are called again, and pace the next slot; always True."""
        return self._slots.close(slot, calls)

    # Everybody else's end: see the port `Intake`.

    def admit(self, submission: Submission, key: str | None) -> UUID:
        """Check the key, the deadline and the room, in this order, and keep the submission."""
        known = None if key is None else self._journal.resubmitted(submission, key)
        if known is not None:
            return known
        if submission.deadline is not None:
            require_in_time(submission, self.snapshot())
        count = len(submission.ids)
        missing = self._state.backlog.reserve(count, self._most_ids)
        if missing is not None:
            raise backlog_full(self.snapshot(), count, missing)
        accepted = None
        try:
            accepted = self._journal.add(submission, self._join, key)
        finally:
            # It failed, or another submission with the same key came first.
            if accepted != submission.id:
                self._state.backlog.give_back(count)
        return accepted

    def cancel(self, sequence: int) -> None:
        """Write down the cancellation, then take the ingestion out of the backlog."""
        with self._state.changing():
            released = self._journal.release_states([sequence])[sequence].released
            entries = self._state.backlog.of_ingestion(sequence)
            self._journal.cancel(sequence, list(self._cancelled(entries, released)))
            self._state.backlog.remove(sequence)
            self._state.note_change()

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        """Write down the priority, then move the ingestion to its other place in the backlog."""
        with self._state.changing():
            for entry in self._state.backlog.of_ingestion(sequence)[:1]:
                text = f"ingestion {entry.ingestion.id}, now {priority.name}"
                self._on_cause(Cause.of(entry.of_priority(priority), text))
            self._journal.reprioritise(sequence, priority)
            self._state.backlog.reprioritise(sequence, priority)
            self._state.note_change()

    def pause(self) -> None:
        """Let no slot open. What is so already is written again: a resume that failed may be on the disk."""
        with self._state.changing():
            paused_at = self._state.paused_at
            if paused_at is None:
                paused_at = self._clock.wall()
            self._journal.pause(paused_at)
            self._state.paused_at = paused_at

    def resume(self) -> None:
        """Let slots open again. What is so already is written again: a pause that failed may be on the disk."""
        with self._state.changing():
            self._journal.pause(None)
            if self._state.paused_at is None:
                return
            lasted = max(0, self._clock.wall() - self._state.paused_at)
            now, pacer = self._clock.now(), self._state.pacer
            self._on_cause(Cause("an operator's pause", delay=min(lasted, max(0, now - pacer.next_start))))
            # A slot that opens late because of the pause is not late.
            pacer.hold(now)
            self._state.paused_at = None
            self._state.ring()

    def opens_in(self) -> int:
        """Return the time until the pacer and the quotas let the next slot open."""
        return self._state.opens_in()

    def snapshot(self) -> ScheduleSnapshot:
        """Return all that the schedule depends on."""
        return self._state.snapshot()

    def at_one_moment(self, read: Callable[[], T]) -> tuple[T, ScheduleSnapshot]:
        """Read until no change comes in between; in the end, hold changes up while reading."""
        for _ in range(UNDISTURBED_TRIES):
            with self._state.unchanging():
                version = self._state.version
            found, snapshot = read(), self.snapshot()
            if self._state.version == version:
                return found, snapshot
        with self._state.unchanging():
            return read(), self.snapshot()

    def _join(self, sequence: int, ingestion: Ingestion) -> None:
        """Let an accepted ingestion wait, and wake the dispatcher if a slot may open earlier because of it."""
        entry = Entry.whole(sequence, ingestion, ready=self._clock.now() + self._rate.linger)
        self._on_cause(Cause.of(entry, f"ingestion {ingestion.id}, {ingestion.priority.name}"))
        if self._state.backlog.join(entry):
            self._state.ring()
        self._state.note_change()

    def _cancelled(self, entries: Iterable[Entry], released: int) -> Iterator[tuple[int, Outcome]]:
        """Yield outcomes of the waiting ids whose batch was released in part."""
        for entry in entries:
            size = entry.ingestion.batch_size
            begun = -(-released // size) * size
            positions = entry.positions[: bisect_left(entry.positions, begun)]
            ids = self._journal.record_ids(entry.sequence, positions)
            for position, record_id in zip(positions, ids, strict=True):
                yield position, Outcome(record_id, error=CANCELLED, attempts=entry.attempts)
