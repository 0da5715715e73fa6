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
MOST = Cutoffs(history=DAY, keys=DAY // 24)
# A step is a small part of a commit that others wait for.
ROWS_IN_STEP = 500
BETWEEN_STEPS = NANOSECONDS // 20
BETWEEN_ROUNDS = 3600 * NANOSECONDS


class Pruner(Loop):
    """Removes what ended more than `keep` nanoseconds ago, in small steps, every hour.

    The wall clock may be wrong. So what is due is believed to be, at the start, what was due when the last entry
    of the store was written, and then to grow with the monotonic clock. In each later round the wall clock may
    move it on by a day's worth of history and an hour's worth of keys, and never back. A round removes what is due
    by both.
    """

    name = "pruner"

    def __init__(
        self, records: Records, clock: Clock, keep: int, give_up: Callable[[str], None] = exit_process
    ) -> None:
        super().__init__(clock, give_up)
        self._records = records
        self._keep = keep
        self._round = Cutoffs(0, 0)
        self._believed = self._most = Cutoffs(0, 0)
        self._began = 0
        self._is_done = True

    def start(self) -> None:
        """Look at the store before this process writes into it, and start. Raises StoreError."""
        if not self.alive:
            self.look()
        super().start()

    def run_once(self) -> bool:
        """Take one step, and block until it is time for the next."""
        pause = BETWEEN_STEPS if self._step() else BETWEEN_ROUNDS
        self._clock.wait(self._halted, self._clock.now() + pause)
        return not self._halted.is_set()

    def _step(self) -> bool:
        try:
            if self._is_done:
                self._begin_round()
            more = self._records.prune(*self._round, ROWS_IN_STEP)
        except StoreStopped:
            raise
        except StoreError as error:
            log.warning("history is not removed for now: %s", error)
            more = False
        self._is_done = not more
        return more

    def look(self) -> None:
        """Begin with what was due when the last entry was written. Raises StoreError."""
        latest = self._records.latest()
        self._believed = self._due(self._clock.wall() if latest is None else latest)
        self._most, self._began = Cutoffs(0, 0), self._clock.now()

    def _begin_round(self) -> None:
        believed, due, now = self._believed, self._due(self._clock.wall()), self._clock.now()
        grown = Cutoffs(*(time + now - self._began for time in believed))
        allowed = Cutoffs(*map(sum, zip(grown, self._most, strict=True)))
        self._believed = Cutoffs(*map(max, grown, map(min, due, allowed)))
        self._round = Cutoffs(*map(min, due, allowed))
        self._most, self._began = MOST, now
        behind = due.history - self._round.history
        # What is less goes in the next round.
        if behind > MOST.history:
            text = "%.1f days of history are due at once, as if the clock had been set; they go day by day"
            log.warning(text, behind / DAY)

    def _due(self, wall: int) -> Cutoffs:
        return Cutoffs(wall - self._keep, wall - KEEP_KEYS)
