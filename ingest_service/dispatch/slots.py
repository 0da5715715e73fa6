"""The slots of one process: chosen, written down and closed."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.dispatch.journal import Journal
from ingest_service.dispatch.retries import RetryRules, called_again
from ingest_service.dispatch.state import DispatchState
from ingest_service.domain.ledger import Call, ReleaseState, Slot, Verdict
from ingest_service.domain.rate import RateLimit
from ingest_service.domain.refusals import settle
from ingest_service.domain.usage import CalledSlot
from ingest_service.errors import IdsDamaged, IngestError
from ingest_service.ports.observer import Observer
from ingest_service.slippage.cause import Cause

log = logging.getLogger(__name__)


class Slots:
    """Opens and closes slots, one after the other. One thread opens them; what others see is under a lock.

    `on_cause` gets what may move the ends of ingestions, before it does.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        rate: RateLimit,
        retry_rules: RetryRules,
        observer: Observer,
        on_cause: Callable[[Cause], None],
        state: DispatchState,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._rate = rate
        self._retry_rules = retry_rules
        self._observer = observer
        self._on_cause = on_cause
        self._state = state
        self._number = 0
        self._due = 0

    def start(self, number: int) -> None:
        """Let the number of the next slot follow this one."""
        self._number = number

    def open(self, waits: Callable[[int | None], None]) -> Slot | None:
        """Wait first and choose then, so that an arrival during the wait takes its place in the order."""
        while self._state.wait(waits, self._prepare):
            with self._state.changing():
                due = self._state.due()
                if due is not None and self._clock.now() >= due and (slot := self._open(due)) is not None:
                    return slot
        return None

    def close(self, slot: Slot, calls: Sequence[Call]) -> bool:
        """Keep the outcomes, let the ids wait that are called again, and pace the next slot; always True.

        The interval counts from the last of the calls that really started. Slots of this engine have no fence, so
        all calls were made.
        """
        started = max(call.started for call in calls if call.started is not None)
        asked = max(call.answer.pause or 0 for call in calls)
        pause = min(asked, self._rate.longest_pause)
        lag, paused_until = started - self._due, self._clock.wall() + pause if pause else None
        with self._state.changing():
            states = self._journal.release_states({batch.sequence for batch in slot.batches})
            cancelled = {sequence for sequence, state in states.items() if state.cancelled}
            settled = settle(
                slot, calls, lambda: self._journal.refusals_before(slot, is_last=not self._state.backlog.ids)
            )
            verdicts = self._retry_rules.of_slot(slot, settled, self._rate.interval, self._clock, cancelled)
            self._journal.close_slot(slot, verdicts, started, lag, paused_until, settled.streak)
            self._state.pacer.started(started)
            self._state.called.close(started, len(slot.ids))
            self._state.pacer.note(lag, self._clock.now() - started)
            self._state.breaker.note(calls, settled.streak)
            self._pause_for_upstream(pause, asked)
            self._call_again(slot, verdicts, states)
        return True

    def _prepare(self) -> None:
        """Let the journal read the ids that the next slot would carry now; it is chosen only when it opens."""
        for sequence, positions in self._state.backlog.first(self._rate.slot_size):
            # What cannot be read is an error once it is chosen.
            with suppress(IngestError):
                self._journal.record_ids(sequence, positions)

    def _open(self, due: int) -> Slot | None:
        """Choose and write down a slot.

        None where it does not fit into a quota, or an ingestion whose ids are damaged was set aside instead.
        """
        now = self._clock.now()
        usage = self._state.called.usage if self._rate.quotas else None
        batches = self._state.backlog.take(self._rate, now, self._state.breaker.is_open, usage)
        if not batches:
            return None
        try:
            ids = tuple(i for b in batches for i in self._journal.record_ids(b.sequence, b.positions))
            slot = Slot(self._number + 1, self._clock.boot(), now, self._clock.wall(), batches, ids)
            self._journal.open_slot(slot)
        except IdsDamaged as error:
            self._state.backlog.put_back(batches, now)
            self._set_aside(error)
            return None
        except BaseException:
            self._state.backlog.put_back(batches, now)
            raise
        self._number, self._due = slot.number, due
        self._state.pacer.started(now)
        self._state.called.note(CalledSlot(now, len(ids)))
        self._observer.slot_opened(len(slot.ids), now - due)
        return slot

    def _set_aside(self, error: IdsDamaged) -> None:
        """Call nothing of an ingestion until the next start, which looks at its ids again."""
        log.error("%s: nothing of it is called; restore a backup, or cancel it", error)
        self._state.backlog.remove(error.sequence)
        self._observer.damage_found()

    def _call_again(self, slot: Slot, verdicts: Sequence[Verdict], states: dict[int, ReleaseState]) -> None:
        """Let the ids that failed wait, in the place that their ingestion has by now."""
        for entry in called_again(slot, verdicts):
            again = entry.of_priority(states[entry.sequence].priority)
            self._observer.called_again(len(again.positions))
            self._on_cause(Cause.of(again, f"ids of ingestion {again.ingestion.id} are called again"))
            self._state.backlog.put_later(again)

    def _pause_for_upstream(self, pause: int, asked: int) -> None:
        if pause == 0:
            return
        log.warning(
            "no slot opens for %g s; the upstream asked for %g s", pause / NANOSECONDS, asked / NANOSECONDS
        )
        delay = max(0, pause - self._state.opens_in())
        self._on_cause(Cause("the upstream asked for a pause", delay=delay))
        self._observer.paused(pause)
        self._state.pacer.pause(self._clock.now() + pause)
