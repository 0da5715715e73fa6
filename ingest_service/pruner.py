"""The thread that removes old history."""

import logging
from collections.abc import Callable

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.errors import StoreError, StoreStopped
from ingest_service.loop import Loop, exit_process
from ingest_service.ports.records import BelievedTime, Records

log = logging.getLogger(__name__)

DAY = 86_400 * NANOSECONDS
# A key is kept for a day at least; a client that tries again does so within minutes.
KEEP_KEYS = DAY
# How many times as fast as time goes on the believed time nears a clock that is ahead: one that was set does not
# empty the store. Keys are kept for a day, so theirs nears it more slowly.
HISTORY_SPEED, KEYS_SPEED = 24, 1
# 2020 began then: a clock that shows an earlier time was never set.
EARLIEST = 1_577_836_800 * NANOSECONDS
# A step is a small part of a commit that others wait for.
ROWS_IN_STEP = 500
BETWEEN_STEPS = NANOSECONDS // 20
BETWEEN_ROUNDS = 600 * NANOSECONDS


class Pruner(Loop):
    """Removes what ended more than `keep` nanoseconds ago, in small steps, every ten minutes.

    The wall clock may be wrong, at this start and at those before it. So the time that is believed is kept in the
    store. It is never ahead of the wall clock. Where it is behind, it goes on with the monotonic clock while a
    process runs, and nears the wall clock at a limited speed. A store without one begins with the time of its last
    entry.
    """

    name = "pruner"

    def __init__(
        self, records: Records, clock: Clock, keep: int, give_up: Callable[[str], None] = exit_process
    ) -> None:
        super().__init__(clock, give_up)
        self._records = records
        self._keep = keep
        self._believed = BelievedTime(0, 0)
        self._believed_at = 0
        self._ended_before = self._keys_before = 0
        self._is_done = True
        self._is_behind = False

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
            more = self._records.prune(self._ended_before, self._keys_before, ROWS_IN_STEP)
        except StoreStopped:
            raise
        except StoreError as error:
            log.warning("history is not removed for now: %s", error)
            more = False
        self._is_done = not more
        return more

    def look(self) -> None:
        """Begin with the time that was believed last. Raises StoreError."""
        kept = self._records.believed_time()
        self._believed = self._time_of_last_entry() if kept is None or min(kept) < EARLIEST else kept
        self._believed_at = self._clock.now()

    def _time_of_last_entry(self) -> BelievedTime:
        latest = self._records.latest()
        time = self._clock.wall() if latest is None else latest
        return BelievedTime(time, time)

    def _begin_round(self) -> None:
        wall, now = self._clock.wall(), self._clock.now()
        passed, self._believed_at = now - self._believed_at, now
        # By a clock that was never set nothing is believed, and nothing is old.
        if wall >= EARLIEST:
            self._believe(wall, passed)
            self._records.keep_believed_time(self._believed)
        self._ended_before = min(wall, self._believed.history) - self._keep
        self._keys_before = min(wall, self._believed.keys) - KEEP_KEYS
        self._warn(wall - self._believed.history)

    def _believe(self, wall: int, passed: int) -> None:
        """Let the believed time go on after this time has passed."""
        history, keys = self._believed
        # A process that stood still did not watch the clock meanwhile.
        watched = min(passed, BETWEEN_ROUNDS)
        self._believed = BelievedTime(
            min(wall, history + passed + HISTORY_SPEED * watched), min(wall, keys + passed + KEYS_SPEED * watched)
        )

    def _warn(self, behind: int) -> None:
        """Write a line when the believed time has fallen far behind the wall clock."""
        was_behind, self._is_behind = self._is_behind, behind > DAY
        if self._is_behind and not was_behind:
            text = "the clock is %.1f days ahead of what is believed; an hour removes a day's worth of history"
            log.warning(text, behind / DAY)
