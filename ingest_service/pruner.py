"""History that is old enough to be forgotten."""

import logging
from threading import Event

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.errors import StoreError, StoreStopped
from ingest_service.loop import Loop
from ingest_service.ports.store import Store

log = logging.getLogger(__name__)

DAY = 86_400 * NANOSECONDS
# A key is kept for a day at least; a client that tries again does so within minutes.
KEEP_KEYS = DAY
# A step is a small part of a commit that others wait for.
ROWS_IN_STEP = 500
BETWEEN_STEPS = NANOSECONDS // 20
BETWEEN_ROUNDS = 3600 * NANOSECONDS


class Pruner(Loop):
    """Removes what ended more than `keep` nanoseconds ago, in small steps, every hour."""

    name = "pruner"

    def __init__(self, store: Store, clock: Clock, keep: int) -> None:
        super().__init__()
        self._store = store
        self._clock = clock
        self._keep = keep
        self._bell = Event()

    def start(self) -> None:
        """Start the thread."""
        self._bell.clear()
        super().start()

    def halt(self) -> None:
        """Let the thread end."""
        self._bell.set()

    def run_once(self) -> bool:
        """Take one step, and block until it is time for the next."""
        pause = BETWEEN_STEPS if self._step() else BETWEEN_ROUNDS
        self._clock.wait(self._bell, self._clock.now() + pause)
        return not self._bell.is_set()

    def _step(self) -> bool:
        now = self._clock.wall()
        try:
            return self._store.prune(now - self._keep, now - KEEP_KEYS, ROWS_IN_STEP)
        except StoreStopped:
            raise
        except StoreError as error:
            log.warning("history is not removed for now: %s", error)
            return False
