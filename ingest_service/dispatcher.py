"""The single thread that opens slots."""

import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import TypeVar

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.errors import StoreError, StoreStopped
from ingest_service.ledger import Answer, Call
from ingest_service.ports import Fetcher, SideBySide, Slots

log = logging.getLogger(__name__)

T = TypeVar("T")
STORE_RETRY = 1 * NANOSECONDS


class Dispatcher:
    """Opens slots one after the other, fetches their ids side by side and closes them with their outcomes."""

    def __init__(self, slots: Slots, fetcher: Fetcher, clock: Clock, side_by_side: SideBySide) -> None:
        self._slots = slots
        self._fetcher = fetcher
        self._clock = clock
        self._side_by_side = side_by_side
        self._thread: Thread | None = None
        self._trouble: str | None = None

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def trouble(self) -> str | None:
        """Why nothing is released at present, None while all is well."""
        return self._trouble if self.alive else "the dispatcher does not run; the log says why"

    def start(self) -> None:
        """Start the thread, unless it runs."""
        if not self.alive:
            self._thread = Thread(target=self._run, name="dispatcher", daemon=True)
            self._thread.start()

    def stop(self, grace: float) -> bool:
        """Open no further slot and wait `grace` seconds for the calls in flight; True if they have ended."""
        self._slots.stop()
        if self._thread is not None:
            self._thread.join(grace)
        return not self.alive

    def run_once(self) -> bool:
        """Open the next slot, fetch its ids and close it. Blocks for all of that; False once stopped."""
        slot = self._insist(self._slots.open)
        if slot is None:
            return False
        log.info("slot %d opened: ids %s", slot.number, ", ".join(map(str, slot.ids)))
        calls = self._side_by_side(self._call, slot.ids)
        self._insist(lambda: self._slots.close(slot, calls))
        return True

    def _insist(self, act: Callable[[], T]) -> T:
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

    def _run(self) -> None:
        try:
            while self.run_once():
                pass
        except StoreStopped:
            log.warning("the store was closed before the last slot was; its calls are made again after a start")
        except Exception:
            log.exception("the dispatcher died; nothing is released until the service is started again")

    def _call(self, record_id: int) -> Call:
        try:
            return self._fetcher.fetch(record_id)
        except Exception as error:
            log.exception("the fetcher failed on id %d", record_id)
            return Call(self._clock.now(), Answer(error=f"{type(error).__name__}: {error}"))
