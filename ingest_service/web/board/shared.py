"""A value that is read when it is asked for, and shared by all that ask."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from ingest_service.clock import NANOSECONDS, Clock

T = TypeVar("T")

# A value is shared for as many times as long as it took to read: however many ask for it, and however much there
# is to read, reading takes a tenth of one processor.
_RESTS = 9
# But no longer than that: it may have waited for the store, and not worked.
_LONGEST = 3 * NANOSECONDS
# For so long a reading is put off at most.
_PUT_OFF = NANOSECONDS // 5


@dataclass(frozen=True, slots=True)
class Dated:
    """A value that was read at a time of the monotonic clock, which was `wall` on the wall clock of its times."""

    at: int
    wall: int

    def now(self, clock: Clock) -> int:
        """Return the present on the wall clock of its times."""
        return self.wall + clock.now() - self.at


def shared_for(spent: int, fresh: int, longest: int = _LONGEST) -> int:
    """Return for how long a value that took `spent` to read is shared, at least `fresh`; all in nanoseconds."""
    return max(fresh, min(longest, _RESTS * spent))


class Shared(Generic[T]):
    """Reads a value with `read`, which gets the last one, when that is older than `fresh` (nanoseconds).

    Any thread. While one reads, others get the last value at once. A reading would keep what else is to be done
    from its turn, so it is put off a little while `disturbs` says that there is something. Raises what `read`
    raises.
    """

    def __init__(
        self,
        read: Callable[[T | None], T],
        fresh: int,
        clock: Clock,
        disturbs: Callable[[], bool] = lambda: False,
    ) -> None:
        self._read = read
        self._fresh = fresh
        self._clock = clock
        self._disturbs = disturbs
        self._lock = Lock()
        self._last: T | None = None
        self._until = 0

    def get(self) -> T:
        """Return the last value, or a new one if that is old."""
        last = self._last
        if last is not None and (self._lock.locked() or self._is_good()):
            return last
        with self._lock:
            if self._last is None or self._last is last:
                self._last = self._renewed(last)
            return self._last

    def _is_good(self) -> bool:
        """Return whether the last value is not old, or is not much older and a reading would disturb."""
        age = self._clock.now() - self._until
        return age < 0 or (age < _PUT_OFF and self._disturbs())

    def _renewed(self, last: T | None) -> T:
        began = self._clock.now()
        value = self._read(last)
        now = self._clock.now()
        self._until = now + shared_for(now - began, self._fresh)
        return value
