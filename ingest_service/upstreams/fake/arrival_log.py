"""Log of all arrivals of an upstream: stamps them, and decides which of them the rate refuses."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Condition

from ingest_service.clock import NANOSECONDS
from ingest_service.upstreams.fake.arrivals import Arrival
from ingest_service.upstreams.fake.limits import Limit
from ingest_service.upstreams.fake.request import Request


def _never() -> bool:
    return False


class ArrivalLog:
    """Log of arrivals and their ends. Any thread may use it; it blocks on its lock only, and in `wait_idle`.

    Of each limit, at most its ids are let through in any span of its window; refused ones count too, so something
    is refused exactly when more arrived in one span. `on_end` is called with every arrival
    that ended, one at a time and in order; it should be quick, since nothing is stamped meanwhile.
    """

    def __init__(
        self, limits: Sequence[Limit], now: Callable[[], int], on_end: Callable[[Arrival], object]
    ) -> None:
        self._limits = limits
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
        request: Request,
        received_ns: int | None = None,
        is_disconnected: Callable[[], bool] = _never,
    ) -> Arrival:
        """Add the arrival of a request for an id that was received at this time (None: now).

        `is_disconnected` returns at once, in any thread and until the end, whether the client is gone. It is asked
        at every later arrival: a client that was gone before that is not in work any more, although the thread
        that answers it may not have noticed yet.
        """
        with self._changed:
            self._end_disconnected()
            arrival = self._stamp(request, received_ns)
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
            room_at = max(map(self._room_at, self._limits))
            return max(1, -((self._now() - room_at) // NANOSECONDS))

    def wait_idle(self, seconds: float) -> bool:
        """Block until nothing is in work, for at most this time; return whether nothing is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._in_work, seconds)

    def _room_at(self, limit: Limit) -> int:
        recent = self._starts[-limit.ids :]
        return recent[0] + limit.window_ns if len(recent) == limit.ids else 0

    def _stamp(self, request: Request, received_ns: int | None) -> Arrival:
        assert request.record_id is not None, "a request without an id is no arrival"
        self._attempts[request.record_id] += 1
        now = self._now()
        started = now if received_ns is None else min(now, received_ns)
        return Arrival(
            number=len(self._arrivals) + 1,
            record_id=request.record_id,
            attempt=self._attempts[request.record_id],
            opened_ns=self._opened_ns,
            started_ns=started,
            headers=request.headers,
            refused=self._exceeds_a_limit(started),
            method=request.method,
            body=request.body,
        )

    def _exceeds_a_limit(self, started_ns: int) -> bool:
        """Add a start, and return whether a span with it has too many; threads may add starts late."""
        at = bisect_right(self._starts, started_ns)
        self._starts.insert(at, started_ns)
        return any(self._exceeds(limit, at) for limit in self._limits)

    def _exceeds(self, limit: Limit, at: int) -> bool:
        ends = range(max(at, limit.ids), min(at + limit.ids + 1, len(self._starts)))
        return any(self._starts[end] - self._starts[end - limit.ids] < limit.window_ns for end in ends)

    def _end_disconnected(self) -> None:
        for number in [number for number, is_disconnected in self._in_work.items() if is_disconnected()]:
            self.end(number)
