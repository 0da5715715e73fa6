"""The thread that removes old history."""

import logging
from collections.abc import Callable

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.errors import StoreError, StoreStopped
from ingest_service.loop import Loop, exit_process
from ingest_service.ports.records import Cutoffs, Records

log = logging.getLogger(__name__)

DAY = 86_400 * NANOSECONDS
# A key is kept for a day at least; a client that tries again does so within minutes.
KEEP_KEYS = DAY
# What a round may remove beyond what has passed since the one before it: a clock that was set ahead does not empty
# the store. Keys are kept for a day, so theirs is smaller.
MOST_HISTORY, MOST_KEYS = DAY, DAY // 24
# A step is a small part of a commit that others wait for.
ROWS_IN_STEP = 500
BETWEEN_STEPS = NANOSECONDS // 20
BETWEEN_ROUNDS = 3600 * NANOSECONDS


class Pruner(Loop):
    """Removes what ended more than `keep` nanoseconds ago, in small steps, every hour.

    A round removes no more than a day's worth of history and an hour's worth of keys, beyond the time that has
    passed on the monotonic clock since the round before it. The first round counts from the oldest that is there.
    """

    name = "pruner"

    def __init__(
        self, records: Records, clock: Clock, keep: int, give_up: Callable[[str], None] = exit_process
    ) -> None:
        super().__init__(clock, give_up)
        self._records = records
        self._keep = keep
        self._round: Cutoffs | None = None
        self._began = 0
        self._is_done = True

    def run_once(self) -> bool:
        """Take one step, and block until it is time for the next."""
        pause = BETWEEN_STEPS if self._step() else BETWEEN_ROUNDS
        self._clock.wait(self._halted, self._clock.now() + pause)
        return not self._halted.is_set()

    def _step(self) -> bool:
        try:
            if self._is_done:
                self._begin_round()
            more = self._round is not None and self._records.prune(*self._round, ROWS_IN_STEP)
        except StoreStopped:
            raise
        except StoreError as error:
            log.warning("history is not removed for now: %s", error)
            more = False
        self._is_done = not more
        return more

    def _begin_round(self) -> None:
        wall, now = self._clock.wall(), self._clock.now()
        due = Cutoffs(wall - self._keep, wall - KEEP_KEYS)
        passed = now - self._began if self._round else 0
        last = self._round or self._records.oldest(due)
        allowed = Cutoffs(last.history + passed + MOST_HISTORY, last.keys + passed + MOST_KEYS)
        self._round = Cutoffs(*map(min, due, allowed))
        self._began = now
        if due.history > self._round.history:
            days = (due.history - self._round.history) / DAY
            log.warning(
                "%.1f days of history are due at once, as if the clock had been set; they go day by day", days
            )
