"""The thread that removes old history."""

import logging
from collections.abc import Callable

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.errors import StoreError, StoreStopped
from ingest_service.loop import Loop, exit_process
from ingest_service.ports.records import Records

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

    def __init__(
        self, records: Records, clock: Clock, keep: int, give_up: Callable[[str], None] = exit_process
    ) -> None:
        super().__init__(clock, give_up)
        self._records = records
        self._keep = keep

    def run_once(self) -> bool:
        """Take one step, and block until it is time for the next."""
        pause = BETWEEN_STEPS if self._step() else BETWEEN_ROUNDS
        self._clock.wait(self._halted, self._clock.now() + pause)
        return not self._halted.is_set()

    def _step(self) -> bool:
        now = self._clock.wall()
        try:
            return self._records.prune(now - self._keep, now - KEEP_KEYS, ROWS_IN_STEP)
        except StoreStopped:
            raise
        except StoreError as error:
            log.warning("history is not removed for now: %s", error)
            return False
