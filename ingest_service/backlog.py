"""The ingestions that still have batches to release, most urgent first."""

from collections.abc import Iterable
from heapq import heappop, heappush
from operator import attrgetter
from queue import PriorityQueue
from threading import Lock

from ingest_service.domain import Batch, Entry
from ingest_service.packing import Packing

# An ingestion and the last position of an entry: it stays the same while batches are cut off its front.
Key = tuple[int, int]


class _Loaded(PriorityQueue[Entry]):
    """A queue that begins with these entries: a sorted list is a heap, and made in a tenth of the time."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        super().__init__()
        self.queue = sorted(entries, key=attrgetter("priority", "sequence", "first"))


class Backlog:
    """One queue entry for each ingestion, however many batches it has, and one for each batch to be retried.

    Any thread; blocks only on its lock. Times are nanoseconds on the monotonic clock.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._queue: PriorityQueue[Entry] = _Loaded([])
        self._later: list[tuple[int, Entry]] = []
        self._ready: dict[Key, int] = {}
        self._readies: list[tuple[int, Key]] = []

    def put(self, entry: Entry, ready: int) -> bool:
        """Let an entry wait for any slot; it is itself a reason to open one from `ready` on.

        Return whether it is now the first reason of all.
        """
        with self._lock:
            self._queue.put(entry)
            return self._note(entry, ready)

    def load(self, entries: Iterable[Entry], ready: int) -> None:
        """Let many entries wait, and nothing else; for all of them a slot may open from `ready` on."""
        with self._lock:
            self._queue = _Loaded(entries)
            self._later = []
            self._ready = {_key(entry): ready for entry in self._queue.queue}
            self._readies = [(ready, key) for key in self._ready]

    def put_later(self, entry: Entry, due: int) -> None:
        """Let an entry wait that no slot may take before `due`."""
        with self._lock:
            heappush(self._later, (due, entry))
            self._note(entry, due)

    def ready(self) -> int | None:
        """Return the earliest time at which any entry is a reason to open a slot, None if nothing waits."""
        with self._lock:
            return self._first_ready()

    def take(self, room: int, now: int) -> tuple[Batch, ...]:
        """Remove and return the most urgent batches, whole and in order, up to the first that does not fit.

        `room` counts ids.
        """
        taken: list[Batch] = []
        packing = Packing.fresh(room)
        with self._lock:
            self._move_due(now)
            while self._queue.queue:
                size = self._queue.queue[0].next_size
                packing.add(1, size)
                if packing.slot > 0:
                    break
                taken.append(self._cut(size))
        return tuple(taken)

    def take_one(self, now: int) -> tuple[Batch, ...]:
        """Remove and return the single most urgent id, the rest of its batch stays in its place."""
        with self._lock:
            self._move_due(now)
            return (self._cut(1),)

    def copy(self) -> "Backlog":
        """Return a backlog of the same entries, to try out what becomes of them."""
        other = Backlog()
        with self._lock:
            other._queue.queue = self._queue.queue.copy()
            other._later = self._later.copy()
            other._ready = self._ready.copy()
            other._readies = self._readies.copy()
        return other

    def settled(self) -> int:
        """Return the time from which on every entry but those for later is a reason to open a slot."""
        with self._lock:
            return max((self._ready[_key(entry)] for entry in self._queue.queue), default=0)

    def ahead(self, priority: int, sequence: int) -> tuple[list[Entry], list[tuple[int, Entry]]]:
        """Return the entries that decide when those up to this place in the order run, and those for later.

        What is less urgent never delays what waits now. It may delay what comes back later: the slots in
        between are then spent on it, and the next one opens an interval after them.
        """
        place = (priority, sequence)
        with self._lock:
            if any((entry.priority, entry.sequence) <= place for _, entry in self._later):
                return self._queue.queue.copy(), self._later.copy()
            return [entry for entry in self._queue.queue if (entry.priority, entry.sequence) <= place], []

    def entries(self) -> list[Entry]:
        """Return all entries, also those for later."""
        with self._lock:
            return [*self._queue.queue, *(entry for _, entry in self._later)]

    def before(self, priority: int, sequence: int) -> list[Entry]:
        """Return the entries that wait now and go before this place in the order."""
        with self._lock:
            return [e for e in self._queue.queue if (e.priority, e.sequence) < (priority, sequence)]

    def __len__(self) -> int:
        """Return how many entries wait."""
        return len(self._ready)

    def _note(self, entry: Entry, ready: int) -> bool:
        first = self._first_ready()
        self._ready[_key(entry)] = ready
        heappush(self._readies, (ready, _key(entry)))
        return first is None or ready < first

    def _first_ready(self) -> int | None:
        while self._readies and self._ready.get(self._readies[0][1]) != self._readies[0][0]:
            heappop(self._readies)
        return self._readies[0][0] if self._readies else None

    def _move_due(self, now: int) -> None:
        while self._later and self._later[0][0] <= now:
            self._queue.put(heappop(self._later)[1])

    def _cut(self, count: int) -> Batch:
        entry = self._queue.get_nowait()
        batch, rest = entry.split(count)
        if rest is None:
            del self._ready[_key(entry)]
        else:
            self._queue.put(rest)
        return batch


def _key(entry: Entry) -> Key:
    return entry.sequence, entry.positions[-1]
