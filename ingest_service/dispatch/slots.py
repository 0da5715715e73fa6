"""The embedded way to open slots: a gate, a backlog in memory and a store of our own."""

import logging
from collections.abc import Callable, Sequence

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.dispatch.pacer import RateLimit
from ingest_service.dispatch.recovery import recovered_backlog, recovered_pacer
from ingest_service.dispatch.retries import RetryRules, called_again
from ingest_service.dispatch.state import DispatchState
from ingest_service.domain.ledger import Call, ReleaseState, Slot, Verdict
from ingest_service.errors import StoreError
from ingest_service.ports.engine import Observer
from ingest_service.ports.store import Store
from ingest_service.slippage.cause import Cause

log = logging.getLogger(__name__)


class EmbeddedSlots:
    """Fits the port `Slots` for one process. `open` and `close` belong to the dispatcher thread.

    `on_cause` is told what moves the ends of ingestions; any thread, it does not block.
    """

    def __init__(
        self,
        gate: DispatchState,
        store: Store,
        clock: Clock,
        pace: RateLimit,
        retry_rules: RetryRules,
        observer: Observer,
        on_cause: Callable[[Cause], None],
    ) -> None:
        self._gate = gate
        self._store = store
        self._clock = clock
        self._pace = pace
        self._retry_rules = retry_rules
        self._observer = observer
        self._on_cause = on_cause
        self._number = 0
        self._due = 0

    def start(self) -> None:
        """Load the backlog and count the first interval from what the ledger proves. The store must run.

        Raises SettingError where a waiting batch is larger than a slot, for it could never be released.
        """
        last = self._store.last_slot()
        self._number = last.number if last else 0
        pacer = recovered_pacer(last, self._store.paused_until(), self._clock, self._pace)
        backlog = recovered_backlog(self._store, self._clock, self._pace)
        self._gate.start(backlog, pacer, self._store.paused_at())

    def stop(self) -> None:
        """Wake the dispatcher; `open` returns None from now on."""
        self._gate.stop()

    def open(self) -> Slot | None:
        """Wait first and choose then, so that whatever arrives during the wait takes its place in the order."""
        while self._gate.wait():
            with self._gate.lock:
                due = self._gate.due()
                if due is not None and self._clock.now() >= due:
                    return self._open(due)
        return None

    def close(self, slot: Slot, calls: Sequence[Call]) -> None:
        """Keep what came of the ids, let those wait that are called again, and pace the next slot.

        The interval counts from the last of the calls that really started.
        """
        started = max(call.started for call in calls)
        with self._gate.lock:
            standings = {batch.sequence: self._store.standing(batch.sequence) for batch in slot.batches}
            verdicts = self._verdicts(slot, calls, standings)
            asked = max(call.answer.pause or 0 for call in calls)
            pause = min(asked, self._pace.longest_pause)
            self._store.close_slot(slot, verdicts, started, self._clock.wall() + pause if pause else None)
            self._gate.pacer.started(started)
            self._gate.pacer.note(started - self._due, self._clock.now() - started)
            self._gate.outage.note(calls)
            self._pause(pause, asked)
            self._call_again(slot, verdicts, standings)

    def _open(self, due: int) -> Slot:
        now = self._clock.now()
        batches = self._gate.backlog.take(self._pace.slot_size, now, self._gate.outage.is_open)
        slot = Slot(self._number + 1, self._clock.boot(), now, self._clock.wall(), batches)
        try:
            self._store.open_slot(slot)
        except StoreError:
            self._gate.backlog.put_back(batches, now)
            raise
        self._number, self._due = slot.number, due
        self._gate.pacer.started(now)
        self._observer.slot_opened(len(slot.ids), now - due)
        return slot

    def _verdicts(self, slot: Slot, calls: Sequence[Call], standings: dict[int, ReleaseState]) -> list[Verdict]:
        verdicts: list[Verdict] = []
        for batch, own_calls in slot.by_batch(calls):
            cancelled = standings[batch.sequence].cancelled
            verdicts += self._retry_rules.verdicts(batch, own_calls, self._clock, cancelled)
        return verdicts

    def _call_again(self, slot: Slot, verdicts: Sequence[Verdict], standings: dict[int, ReleaseState]) -> None:
        """Let the ids that failed wait, in the place that their ingestion has by now."""
        for entry, due in called_again(slot, verdicts):
            again = entry.of_priority(standings[entry.sequence].priority)
            self._observer.called_again(len(again.positions))
            self._on_cause(Cause.of(again, f"ids of ingestion {again.ingestion.id} are called again"))
            self._gate.backlog.put_later(again, due)

    def _pause(self, pause: int, asked: int) -> None:
        if pause == 0:
            return
        log.warning(
            "no slot opens for %g s; the upstream asked for %g s", pause / NANOSECONDS, asked / NANOSECONDS
        )
        delay = max(0, pause - self._gate.opens_in())
        self._on_cause(Cause("the upstream asked for a pause", delay=delay))
        self._observer.paused(pause)
        self._gate.pacer.pause(self._clock.now() + pause)
