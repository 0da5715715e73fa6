"""The embedded way to open slots: a pacer, a backlog in memory and a store of our own."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from threading import Event

from ingest_service.backlog import Backlog
from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.domain import Batch, Entry
from ingest_service.errors import StoreError
from ingest_service.ledger import Call, Slot, Verdict
from ingest_service.outage import Outage
from ingest_service.pacer import Pace, Pacer
from ingest_service.ports import Store
from ingest_service.recovery import recovered_backlog, recovered_pacer
from ingest_service.retries import RetryRules, called_again
from ingest_service.schedule import Outlook

log = logging.getLogger(__name__)


class EmbeddedSlots:
    """Fits the port `Slots` for one process: waits on the clock, chooses from the backlog, writes to the store.

    `open` and `close` belong to the dispatcher thread; `join` and `stop` are for any thread.
    """

    def __init__(self, store: Store, clock: Clock, pace: Pace, retry_rules: RetryRules) -> None:
        self._store = store
        self._clock = clock
        self._pace = pace
        self._retry_rules = retry_rules
        self._outage = Outage()
        self._backlog = Backlog()
        self._bell = Event()
        self._stopped = False
        self._number = 0
        self._due = 0
        self._pacer = Pacer(pace.interval, 0)

    def start(self) -> None:
        """Load the backlog and count the first interval from what the ledger proves. The store must run.

        Raises SettingError where a waiting batch is larger than a slot, for it could never be released.
        """
        last = self._store.last_slot()
        self._number = last.number if last else 0
        self._pacer = recovered_pacer(last, self._store.paused_until(), self._clock, self._pace)
        self._outage = Outage()
        self._backlog = recovered_backlog(self._store, self._clock, self._pace)
        self._stopped = False

    def stop(self) -> None:
        """Wake the dispatcher; `open` returns None from now on."""
        self._stopped = True
        self._bell.set()

    def join(self, entry: Entry) -> None:
        """Let an entry wait. It wakes the dispatcher only if a slot may open earlier because of it."""
        if self._backlog.put(entry, self._clock.now() + self._pace.linger):
            self._bell.set()

    def opens_in(self) -> int:
        """Return the time until the pacer lets the next slot open."""
        return max(0, self._pacer.next_start - self._clock.now())

    def outlook(self) -> Outlook:
        """Return all that the schedule depends on, as it is now. Any thread."""
        now, wall = self._clock.now(), self._clock.wall()
        return Outlook(
            backlog=self._backlog.copy(),
            next_start=max(self._pacer.next_start, now),
            pace=replace(self._pace, interval=self._pace.interval + self._pacer.lag),
            probing=self._outage.lasts,
            wall_offset=wall - now,
            paused_until=self._pacer.paused_until,
            now=now,
        )

    def open(self) -> Slot | None:
        """Wait first and choose then, so that whatever arrives during the wait takes its place in the order."""
        due = self._wait()
        if due is None:
            return None
        self._due = due
        return self._open()

    def close(self, slot: Slot, calls: Sequence[Call]) -> None:
        """Keep what came of the ids, let those wait that are called again, and pace the next slot.

        The interval counts from the last of the calls that really started.
        """
        verdicts: list[Verdict] = []
        for batch, own_calls in slot.by_batch(calls):
            verdicts += self._retry_rules.verdicts(batch, own_calls, self._clock)
        started = max(call.started for call in calls)
        self._store.close_slot(slot, verdicts, started, self._pause(calls))
        self._pacer.started(started)
        self._pacer.note_lag(started - self._due)
        self._outage.note(calls)
        for entry, due in called_again(slot, verdicts):
            self._backlog.put_later(entry, due)

    def _wait(self) -> int | None:
        """Block until a slot may open, and return since when it may; None once stopped."""
        while True:
            self._bell.clear()
            if self._stopped:
                return None
            ready = self._backlog.ready()
            due = None if ready is None else max(self._pacer.next_start, ready)
            if due is not None and self._clock.now() >= due:
                return due
            self._clock.wait(self._bell, due)

    def _open(self) -> Slot:
        now = self._clock.now()
        if self._outage.lasts:
            batches = self._backlog.take_one(now)
        else:
            batches = self._backlog.take(self._pace.slot_size, now)
        slot = Slot(self._number + 1, self._clock.boot(), now, self._clock.wall(), batches)
        try:
            self._store.open_slot(slot)
        except StoreError:
            self._put_back(batches)
            raise
        self._number = slot.number
        self._pacer.started(now)
        return slot

    def _put_back(self, batches: Sequence[Batch]) -> None:
        """Let batches wait in their old place, for the slot could not be written down."""
        for batch in batches:
            entry = Entry.of(batch.sequence, batch.ingestion, batch.positions, batch.attempts)
            self._backlog.put(entry, self._clock.now())

    def _pause(self, calls: Sequence[Call]) -> int | None:
        """Pause as long as any answer asks for; return until when on the wall clock, None without a pause."""
        asked = max((call.answer.pause or 0 for call in calls), default=0)
        if asked == 0:
            return None
        pause = min(asked, self._pace.longest_pause)
        log.warning("paused for %g s; the upstream asked for %g s", pause / NANOSECONDS, asked / NANOSECONDS)
        self._pacer.pause(self._clock.now() + pause)
        return self._clock.wall() + pause
