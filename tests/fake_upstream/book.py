"""The book of the upstream: stamps every arrival and every end, and says whom the rate refuses."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from threading import Condition

from tests.fake_upstream.arrivals import NANOSECONDS, Arrival


def _stays() -> bool:
    return False


class Book:
    """Any thread may use it; it blocks on its lock only, and in `wait_idle`.

    No more than `rate` arrivals are let through in any half-open span of `window_ns`; refused ones count too, so
    something is refused exactly when more than `rate` arrived in one span. `ended` is told of every end, one at
    a time and in order; it should be quick, since nothing is stamped meanwhile.
    """

    def __init__(
        self, rate: int, window_ns: int, now: Callable[[], int], ended: Callable[[Arrival], object]
    ) -> None:
        if rate < 1 or window_ns < 1:
            raise ValueError(f"the rate and the window should be above zero, not {rate} in {window_ns} ns")
        self._rate = rate
        self._window_ns = window_ns
        self._now = now
        self._ended = ended
        self._opened_ns = now()
        self._arrivals: list[Arrival] = []
        self._attempts: Counter[int] = Counter()
        self._in_work: dict[int, Callable[[], bool]] = {}
        self._most_in_work = 0
        self._changed = Condition()

    @property
    def most_in_work(self) -> int:
        """How many at most were in work at once; one that ended before another arrived was not with it."""
        return self._most_in_work

    def arrivals(self) -> list[Arrival]:
        """Return what arrived so far, in order."""
        with self._changed:
            self._end_those_who_left()
            return list(self._arrivals)

    def arrive(self, record_id: int, headers: dict[str, str], has_left: Callable[[], bool] = _stays) -> Arrival:
        """Stamp an arrival. `has_left` says at once, from any thread and until the end, whether the peer is gone.

        It is asked at every later arrival: a peer that left before that is not in work any more, although
        the thread that answers it may not have noticed yet.
        """
        with self._changed:
            self._end_those_who_left()
            self._attempts[record_id] += 1
            arrival = self._stamp(record_id, headers)
            self._arrivals.append(arrival)
            self._in_work[arrival.number] = has_left
            self._most_in_work = max(self._most_in_work, len(self._in_work))
            return arrival

    def begin(self, number: int, status: int) -> None:
        """Note that the answer with this status begins."""
        with self._changed:
            self._arrivals[number - 1] = replace(self._arrivals[number - 1], status=status)

    def end(self, number: int) -> None:
        """Stamp the end, unless it is known."""
        with self._changed:
            if self._in_work.pop(number, None) is not None:
                ended = replace(self._arrivals[number - 1], ended_ns=self._now())
                self._arrivals[number - 1] = ended
                self._ended(ended)
                self._changed.notify_all()

    def seconds_until_room(self) -> int:
        """Return the whole seconds after which one more is let through, if none comes before; at least 1."""
        with self._changed:
            recent = self._arrivals[-self._rate :]
            room_at = recent[0].started_ns + self._window_ns if len(recent) == self._rate else 0
            return max(1, -((self._now() - room_at) // NANOSECONDS))

    def wait_idle(self, seconds: float) -> bool:
        """Block until nothing is in work, at most so long; True if nothing is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._in_work, seconds)

    def _stamp(self, record_id: int, headers: dict[str, str]) -> Arrival:
        return Arrival(
            number=len(self._arrivals) + 1,
            record_id=record_id,
            attempt=self._attempts[record_id],
            opened_ns=self._opened_ns,
            started_ns=(now := self._now()),
            headers=headers,
            refused=self._is_surplus(now),
        )

    def _is_surplus(self, now: int) -> bool:
        recent = self._arrivals[-self._rate :]
        return len(recent) == self._rate and now - recent[0].started_ns < self._window_ns

    def _end_those_who_left(self) -> None:
        for number in [number for number, has_left in self._in_work.items() if has_left()]:
            self.end(number)
