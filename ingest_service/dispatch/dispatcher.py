"""The single thread that opens slots."""

import logging
from collections.abc import Callable, Sequence
from threading import Event
from typing import TypeVar

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.dispatch.right_of_way import RightOfWay
from ingest_service.dispatch.under_way import UnderWay
from ingest_service.domain.ledger import Answer, Call, Slot
from ingest_service.errors import StoreError, StoreStopped
from ingest_service.loop import Loop, exit_process
from ingest_service.ports.engine import SlotSource
from ingest_service.ports.fetcher import FanOut, Fetcher
from ingest_service.ports.observer import Observer

log = logging.getLogger(__name__)

T = TypeVar("T")
STORE_RETRY = NANOSECONDS // 4


class Dispatcher(Loop):
    """Opens slots one after the other, fetches their ids side by side and closes them with their outcomes.

    A slot that was opened stays in hand until it is closed, whatever goes wrong in between.
    """

    name = "dispatcher"

    def __init__(
        self,
        slots: SlotSource,
        fetcher: Fetcher,
        clock: Clock,
        fan_out: FanOut,
        observer: Observer,
        under_way: UnderWay,
        give_up: Callable[[str], None] = exit_process,
    ) -> None:
        super().__init__(clock, give_up)
        self._slots = slots
        self._fetcher = fetcher
        self._fan_out = fan_out
        self._observer = observer
        self.under_way = under_way
        self.right_of_way = RightOfWay(clock)
        self._store_trouble: str | None = None
        self._in_hand: tuple[Slot, Sequence[Call]] | None = None

    @property
    def trouble(self) -> str | None:
        """Sentence about why nothing is released at present, None while all is well."""
        return super().trouble or self._store_trouble

    @property
    def store_trouble(self) -> str | None:
        """Sentence about the store while the dispatcher waits for it, else None."""
        return self._store_trouble

    def start(self) -> None:
        """Start the thread, unless it runs; what was in hand before waits in the engine again."""
        if not self.alive:
            self._in_hand = None
        super().start()

    def halt(self) -> None:
        """Open no further slot."""
        super().halt()
        self._slots.stop()

    def run_once(self) -> bool:
        """Open the next slot, fetch its ids and close it. Blocks for all of that; False once stopped."""
        if self._in_hand is None:
            slot = self._retry_while_store_fails(lambda: self._slots.open(self._note_wait))
            if slot is None:
                return False
            ids = ", ".join(map(str, slot.ids))
            log.info("slot %d opened: ids %s", slot.number, ids, extra={"slot": slot.number, "ids": len(slot.ids)})
            self._in_hand = slot, self._calls(slot)
        self._close(*self._in_hand)
        self._in_hand = None
        return True

    def _close(self, slot: Slot, calls: Sequence[Call]) -> None:
        self.right_of_way.claim()
        if not self._retry_while_store_fails(lambda: self._slots.close(slot, calls)):
            sentence = "slot %d was declared lost by another replica: its outcomes are thrown away"
            log.warning(sentence, slot.number, extra={"slot": slot.number})

    def _retry_while_store_fails(self, act: Callable[[], T]) -> T:
        """Try until the store does not fail: a full disk or the lock of another program may pass."""
        while True:
            try:
                result = act()
            except StoreStopped:
                raise
            except StoreError as error:
                self._note_trouble(f"the dispatcher waits for the store: {error}")
                # Not a wait for the halt: outcomes are worth trying for until the store is closed.
                self._clock.wait(Event(), self._clock.now() + STORE_RETRY)
            else:
                self._note_works()
                return result

    def _note_wait(self, due: int | None) -> None:
        self._note_works()
        self.right_of_way.expect(due)

    def _note_works(self) -> None:
        self._note_trouble(None)

    def _note_trouble(self, sentence: str | None) -> None:
        """Log every trouble of the store once, and its end (None)."""
        if sentence == self._store_trouble:
            return
        self._store_trouble = sentence
        if sentence is None:
            log.info("the store works again")
        else:
            log.warning("%s; trying again every %g s", sentence, STORE_RETRY / NANOSECONDS)

    def _calls(self, slot: Slot) -> Sequence[Call]:
        """Make the calls of a slot that are not too late for it."""
        self.under_way.begin(slot.number)
        calls = self._fanned_out(slot)
        uncalled = sum(not call.was_made for call in calls)
        if uncalled:
            sentence = "slot %d ran out of time: %d of its ids were not called"
            log.warning(sentence, slot.number, uncalled, extra={"slot": slot.number, "ids": uncalled})
            self._observer.grant_ran_out(uncalled)
        return calls

    def _fanned_out(self, slot: Slot) -> Sequence[Call]:
        """Call all ids at once; calls that could not be made in order have failed, and may have been made."""
        try:
            return self._fan_out(lambda place: self._call(slot, place), range(len(slot.ids)))
        except MemoryError:
            raise
        except Exception as error:
            log.exception("the calls of slot %d could not be made", slot.number)
            return [self._failed(error, retryable=True)] * len(slot.ids)

    def _call(self, slot: Slot, place: int) -> Call:
        """Call the upstream once, and let the call be counted. Runs in a thread of its own."""
        self.right_of_way.release()
        began = self._clock.now()
        call = self._fetched(slot.ids[place], slot.until)
        self.under_way.note(place, call)
        if call.was_made:
            self._observer.call_ended(call.answer, self._clock.now() - began)
        return call

    def _fetched(self, record_id: int, until: int | None) -> Call:
        try:
            return self._fetcher.fetch(record_id, until)
        except MemoryError:
            # The id has not failed: its slot is open until the next process closes it.
            raise
        except Exception as error:
            log.exception("the fetcher failed on id %d", record_id, extra={"id": record_id})
            return self._failed(error, retryable=False)

    def _failed(self, error: Exception, *, retryable: bool) -> Call:
        return Call(self._clock.now(), Answer(error=f"{type(error).__name__}: {error}", retryable=retryable))
