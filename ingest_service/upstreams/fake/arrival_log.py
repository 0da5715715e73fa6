"""Log of all arrivals of an upstream: stamps them, and decides which of them the rate refuses."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from threading import Condition

from ingest_service.clock import NANOSECONDS
from ingest_service.upstreams.fake.arrivals import Arrival


def _never() -> bool:
    return False


class ArrivalLog:
    """Log of arrivals and their ends. Any thread may use it; it blocks on its lock only, and in `wait_idle`.

    At most `rate` arrivals are let through in any half-open span of `window_ns`; refused ones count too, so
    something is refused exactly when more than `rate` arrived in one span. `on_end` is called with every arrival
    that ended, one at a time and in order; it should be quick, since nothing is stamped meanwhile.
    """

    def __init__(
        self, rate: int, window_ns: int, now: Callable[[], int], on_end: Callable[[Arrival], object]
    ) -> None:
        if rate < 1 or window_ns < 1:
            raise ValueError(f"the rate and the window should be above zero, not {rate} in {window_ns} ns")
        self._rate = rate
        self._window_ns = window_ns
        self._now = now
        self._on_end = on_end
        self._opened_ns = now()
        self._arrivals: list[Arrival] = []
        self._starts: list[int] = []
        self._attempts: Counter[int] = Counter()
        self._in_work: dict[int, Callable[[], bool]] = {}
        self._most_in_work = 0
        self._changed = Condition()

    @property
    def most_in_work(self) -> int:
        """The largest number of arrivals in work at once; one that ended before another arrived does not count."""
        return self._most_in_work

    def arrivals(self) -> list[Arrival]:
        """Return all arrivals so far, in the order of their numbers."""
        with self._changed:
            self._end_disconnected()
            return list(self._arrivals)

    def add(
        self,
        record_id: int,
        headers: dict[str, str],
        received_ns: int | None = None,
        is_disconnected: Callable[[], bool] = _never,
    ) -> Arrival:
        """Add an arrival that was received at this time (None: now).

        `is_disconnected` returns at once, in any thread and until the end, whether the client is gone. It is asked
        at every later arrival: a client that was gone before that is not in work any more, although the thread
        that answers it may not have noticed yet.
        """
        with self._changed:
            self._end_disconnected()
            self._attempts[record_id] += 1
            arrival = self._stamp(record_id, headers, received_ns)
            self._arrivals.append(arrival)
            self._in_work[arrival.number] = is_disconnected
            self._most_in_work = max(self._most_in_work, len(self._in_work))
            return arrival

    def begin(self, number: int, status: int) -> None:
        """Record that the answer with this status begins."""
        with self._changed:
            self._arrivals[number - 1] = replace(self._arrivals[number - 1], status=status)

    def end(self, number: int) -> None:
        """Stamp the end, unless it is stamped already."""
        with self._changed:
            if self._in_work.pop(number, None) is not None:
                ended = replace(self._arrivals[number - 1], ended_ns=self._now())
                self._arrivals[number - 1] = ended
                self._on_end(ended)
                self._changed.notify_all()

    def seconds_until_room(self) -> int:
        """Return the whole seconds after which one more is let through, if none arrives before; at least 1."""
        with self._changed:
            recent = self._starts[-self._rate :]
            room_at = recent[0] + self._window_ns if len(recent) == self._rate else 0
            return max(1, -((self._now() - room_at) // NANOSECONDS))

    def wait_idle(self, seconds: float) -> bool:
        """Block until nothing is in work, for at most this time; return whether nothing is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._in_work, seconds)

    def _stamp(self, record_id: int, headers: dict[str, str], received_ns: int | None) -> Arrival:
        now = self._now()
        started = now if received_ns is None else min(now, received_ns)
        return Arrival(
            number=len(self._arrivals) + 1,
            record_id=record_id,
            attempt=self._attempts[record_id],
            opened_ns=self._opened_ns,
            started_ns=started,
            headers=headers,
            refused=self._exceeds_rate(started),
        )

    def _exceeds_rate(self, started_ns: int) -> bool:
        """Add a start, and return whether a span with it has too many; threads may add starts late."""
        at = bisect_right(self._starts, started_ns)
        self._starts.insert(at, started_ns)
        ends = range(max(at, self._rate), min(at + self._rate + 1, len(self._starts)))
        return any(self._starts[end] - self._starts[end - self._rate] < self._window_ns for end in ends)

    def _end_disconnected(self) -> None:
        for number in [number for number, is_disconnected in self._in_work.items() if is_disconnected()]:
            self.end(number)
