"""The single thread that opens slots."""

import logging
from threading import Thread

from ingest_service.clock import Clock
from ingest_service.ledger import Call, Outcome
from ingest_service.ports import Fetcher, SideBySide, Slots

log = logging.getLogger(__name__)


class Dispatcher:
    """Opens slots one after the other, fetches their ids side by side and closes them with their outcomes."""

    def __init__(self, slots: Slots, fetcher: Fetcher, clock: Clock, side_by_side: SideBySide) -> None:
        self._slots = slots
        self._fetcher = fetcher
        self._clock = clock
        self._side_by_side = side_by_side
        self._thread: Thread | None = None

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

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
        slot = self._slots.open()
        if slot is None:
            return False
        log.info("slot %d opened: ids %s", slot.number, ", ".join(map(str, slot.ids)))
        self._slots.close(slot, self._side_by_side(self._call, slot.ids))
        return True

    def _run(self) -> None:
        try:
            while self.run_once():
                pass
        except Exception:
            log.exception("the dispatcher died; nothing is released until the service is started again")

    def _call(self, record_id: int) -> Call:
        started = self._clock.now()
        try:
            return Call(started, self._fetcher.fetch(record_id))
        except Exception as error:
            log.exception("the fetcher failed on id %d", record_id)
            return Call(started, Outcome(record_id, error=f"{type(error).__name__}: {error}"))
