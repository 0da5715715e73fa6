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
# How many times as fast as the monotonic clock the believed time follows the wall clock: one that was set ahead
# does not empty the store. Keys are kept for a day, so theirs follows more slowly.
SPEED = BelievedTime(history=24, keys=2)
# A step is a small part of a commit that others wait for.
ROWS_IN_STEP = 500
BETWEEN_STEPS = NANOSECONDS // 20
BETWEEN_ROUNDS = 600 * NANOSECONDS


class Pruner(Loop):
    """Removes what ended more than `keep` nanoseconds ago, in small steps, every ten minutes.

    The wall clock may be wrong, at this start and at those before it. So the time that is believed is kept in the
    store. It follows the wall clock only while a process runs, at SPEED. In a store without one it begins with the
    time of the last entry. A round removes what is old by both.
    """

    name = "pruner"

    def __init__(
        self, records: Records, clock: Clock, keep: int, give_up: Callable[[str], None] = exit_process
    ) -> None:
        super().__init__(clock, give_up)
        self._records = records
        self._ages = (keep, KEEP_KEYS)
        self._cutoffs = (0, 0)
        self._believed = BelievedTime(0, 0)
        self._followed = 0
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
            more = self._records.prune(*self._cutoffs, ROWS_IN_STEP)
        except StoreStopped:
            raise
        except StoreError as error:
            log.warning("history is not removed for now: %s", error)
            more = False
        self._is_done = not more
        return more

    def look(self) -> None:
        """Begin with the time that is believed so far. Raises StoreError."""
        self._believed = self._records.believed_time() or self._time_of_last_entry()
        self._followed = self._clock.now()

    def _time_of_last_entry(self) -> BelievedTime:
        latest = self._records.latest()
        time = self._clock.wall() if latest is None else latest
        return BelievedTime(time, time)

    def _begin_round(self) -> None:
        wall, now = self._clock.wall(), self._clock.now()
        most = [speed * (now - self._followed) for speed in SPEED]
        self._believed = BelievedTime(*map(_followed, self._believed, (wall, wall), most))
        self._followed = now
        self._records.keep_believed_time(self._believed)
        history, keys = (min(wall, time) - age for time, age in zip(self._believed, self._ages, strict=True))
        self._cutoffs = history, keys
        self._warn(wall - self._believed.history)

    def _warn(self, behind: int) -> None:
        """Write a line when so much is due at once that the clock may have been set."""
        was_behind, self._is_behind = self._is_behind, behind > DAY
        if self._is_behind and not was_behind:
            text = (
                "%.1f days of history are due at once, as if the clock had been set; a day's worth goes in an hour"
            )
            log.warning(text, behind / DAY)


def _followed(time: int, wall: int, most: int) -> int:
    """Return a time after it was moved towards that of the wall clock, by `most` nanoseconds at most."""
    return max(time - most, min(wall, time + most))
