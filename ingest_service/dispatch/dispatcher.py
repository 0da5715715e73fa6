"""The single thread that opens slots."""

import logging
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.domain.ledger import Answer, Call
from ingest_service.errors import StoreError, StoreStopped
from ingest_service.loop import Loop
from ingest_service.ports.engine import FanOut, Fetcher, Observer, Slots

log = logging.getLogger(__name__)

T = TypeVar("T")
STORE_RETRY = 1 * NANOSECONDS


class Dispatcher(Loop):
    """Opens slots one after the other, fetches their ids side by side and closes them with their outcomes."""

    name = "dispatcher"

    def __init__(self, slots: Slots, fetcher: Fetcher, clock: Clock, fan_out: FanOut, observer: Observer) -> None:
        super().__init__()
        self._slots = slots
        self._fetcher = fetcher
        self._clock = clock
        self._fan_out = fan_out
        self._observer = observer
        self._trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """Why nothing is released at present, None while all is well."""
        return self._trouble if self.alive else "the dispatcher does not run; the log says why"

    def halt(self) -> None:
        """Open no further slot."""
        self._slots.stop()

    def run_once(self) -> bool:
        """Open the next slot, fetch its ids and close it. Blocks for all of that; False once stopped."""
        slot = self._retry_while_store_fails(self._slots.open)
        if slot is None:
            return False
        ids = ", ".join(map(str, slot.ids))
        log.info("slot %d opened: ids %s", slot.number, ids, extra={"slot": slot.number, "ids": len(slot.ids)})
        calls = self._fan_out(self._call, slot.ids)
        self._retry_while_store_fails(lambda: self._slots.close(slot, calls))
        return True

    def _retry_while_store_fails(self, act: Callable[[], T]) -> T:
        """Try until the store goes along: a full disk or another program's lock may pass."""
        while True:
            try:
                result = act()
            except StoreStopped:
                raise
            except StoreError as error:
                self._trouble = f"the dispatcher waits for the store: {error}"
                log.warning("%s; trying again in %g s", self._trouble, STORE_RETRY / NANOSECONDS)
                self._clock.wait(Event(), self._clock.now() + STORE_RETRY)
            else:
                self._trouble = None
                return result

    def _call(self, record_id: int) -> Call:
        """Call the upstream once, and let the call be counted. Runs in a thread of its own."""
        began = self._clock.now()
        call = self._fetched(record_id)
        self._observer.call_ended(call.answer, self._clock.now() - began)
        return call

    def _fetched(self, record_id: int) -> Call:
        try:
            return self._fetcher.fetch(record_id)
        except Exception as error:
            log.exception("the fetcher failed on id %d", record_id, extra={"id": record_id})
            return Call(self._clock.now(), Answer(error=f"{type(error).__name__}: {error}"))
