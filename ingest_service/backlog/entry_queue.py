"""Priority queue of waiting entries, plus a heap of those delayed by backoff."""

from collections.abc import Iterable
from heapq import heappop, heappush
from queue import PriorityQueue

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Batch, Priority
from ingest_service.domain.ordered_entries import OrderedEntries


class _LoadedQueue(PriorityQueue[Entry]):
    """Priority queue that begins with these entries: a sorted list is a heap, and made in a tenth of the time."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        super().__init__()
        self.queue = list(entries)


class EntryQueue:
    """Entries that any slot may take now, and those that none may take before they are ready.

    `now` and `later` are what waits. An entry that was removed or changed stays in the queue or in the heap until
    it comes to their head or such entries are the larger part, for searching a heap is slow. One thread at a time.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.now = OrderedEntries.of(entries)
        self.later = OrderedEntries()
        self._queue: PriorityQueue[Entry] = _LoadedQueue(self.now)
        self._delayed: list[tuple[int, Entry]] = []

    def __len__(self) -> int:
        return len(self.now) + len(self.later)

    def put(self, entry: Entry) -> None:
        """Let an entry wait that any slot may take."""
        self.now = self.now.with_entry(entry)
        self._queue.put(entry)

    def put_later(self, entry: Entry) -> None:
        """Let an entry wait that no slot may take before it is ready."""
        self.later = self.later.with_entry(entry)
        heappush(self._delayed, (entry.ready, entry))

    def of_ingestion(self, sequence: int) -> list[Entry]:
        """Return all entries of an ingestion, in order."""
        places = [(priority, sequence) for priority in Priority]
        return sorted(e for place in places for part in (self.now, self.later) for e in part.of_ingestion(place))

    def remove(self, sequence: int) -> list[Entry]:
        """Remove and return all entries of an ingestion."""
        removed = self.of_ingestion(sequence)
        for entry in removed:
            self._remove(entry)
        self._drop_stale()
        return removed

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        """Give an ingestion another priority; its entries keep the time from which they are ready."""
        for entry in self.of_ingestion(sequence):
            put = self.put if self.now.holds(entry) else self.put_later
            self._remove(entry)
            put(entry.of_priority(priority))
        self._drop_stale()

    def first_ready(self) -> int | None:
        """Return the earliest time at which a slot may open for any entry, None if nothing waits."""
        times = (self.now.first_ready, self.later.first_ready)
        return min((time for time in times if time is not None), default=None)

    def is_ready(self, time: int) -> bool:
        """Return True if a slot may open for any entry at this time."""
        later = self.later.first_ready
        # The most urgent entry is nearly always ready, so this is quick however many wait.
        return (later is not None and later <= time) or any(entry.ready <= time for entry in self.now)

    def move_ready(self, now: int) -> None:
        """Let a slot take the delayed entries that are ready."""
        while self._delayed and self._delayed[0][0] <= now:
            entry = heappop(self._delayed)[1]
            if self.later.holds(entry):
                self.later = self.later.without(entry)
                self.put(entry)

    def head(self) -> Entry | None:
        """Return the most urgent entry that a slot may take, None if there is none. It stays."""
        queue = self._queue.queue
        while queue and not self.now.holds(queue[0]):
            self._queue.get_nowait()
        return queue[0] if queue else None

    def cut(self, count: int) -> Batch:
        """Remove and return the first `count` ids of the most urgent entry, which are of one batch."""
        entry = self.head()
        assert entry is not None, "a slot opens only while something waits"
        self._queue.get_nowait()
        self.now = self.now.without(entry)
        batch, rest = entry.split(count)
        if rest is not None:
            self.put(rest)
        return batch

    def _remove(self, entry: Entry) -> None:
        if self.now.holds(entry):
            self.now = self.now.without(entry)
        else:
            self.later = self.later.without(entry)

    def _drop_stale(self) -> None:
        """Remove what no longer waits from the queue and the heap, once it is the larger part."""
        if len(self._queue.queue) + len(self._delayed) > 2 * len(self):
            self._queue = _LoadedQueue(self.now)
            self._delayed = sorted((entry.ready, entry) for entry in self.later)
