"""The entries that wait, in their order and by the time from which they are a reason to open a slot."""

from collections.abc import Iterable
from heapq import heappop, heappush
from operator import attrgetter
from queue import PriorityQueue

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Batch, Priority

# An ingestion and the last position of an entry: it stays the same while batches are cut off its front.
Key = tuple[int, int]


class _Loaded(PriorityQueue[Entry]):
    """A queue that begins with these entries: a sorted list is a heap, and made in a tenth of the time."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        super().__init__()
        self.queue = sorted(entries, key=attrgetter("priority", "sequence", "first"))


class EntryQueue:
    """A queue of those that any slot may take, and a heap of those that none may take before they are due.

    `_entries` says what waits. An entry that was removed or changed stays in the queue until it comes to its
    head or such entries are the larger part, for searching a heap is slow. One thread at a time.
    """

    def __init__(self, entries: Iterable[Entry] = (), ready: int = 0) -> None:
        self._queue: PriorityQueue[Entry] = _Loaded(entries)
        self._later: list[tuple[int, Entry]] = []
        self._entries = {_key(entry): (ready, entry) for entry in self._queue.queue}
        self._readies = [(ready, key) for key in self._entries]

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, entry: Entry, ready: int) -> None:
        """Let an entry wait; it is a reason to open a slot from `ready` on."""
        self._queue.put(entry)
        self._note(entry, ready)

    def put_later(self, entry: Entry, due: int) -> None:
        """Let an entry wait that no slot may take before `due`."""
        heappush(self._later, (due, entry))
        self._note(entry, due)

    def remove(self, sequence: int) -> list[Entry]:
        """Remove and return all entries of an ingestion. The cost grows with the entries that wait."""
        removed = [self._entries.pop(key)[1] for key in self._keys(sequence)]
        self._tidy()
        return removed

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        """Give an ingestion another place. The cost grows with the entries that wait."""
        later = {id(entry): due for due, entry in self.later()}
        for key in self._keys(sequence):
            ready, entry = self._entries[key]
            changed = entry.of_priority(priority)
            self._entries[key] = (ready, changed)
            if id(entry) in later:
                heappush(self._later, (later[id(entry)], changed))
            else:
                self._queue.put(changed)
        self._tidy()

    def first_ready(self) -> int | None:
        """Return the earliest time at which any entry is a reason to open a slot, None if nothing waits."""
        while self._readies and not self._is_ready(*self._readies[0]):
            heappop(self._readies)
        return self._readies[0][0] if self._readies else None

    def last_ready(self) -> int:
        """Return the latest time at which any entry that a slot may take is a reason to open one, 0 for none."""
        return max((self._entries[_key(entry)][0] for entry in self.now()), default=0)

    def move_due(self, now: int) -> None:
        """Let a slot take those that are due."""
        while self._later and self._later[0][0] <= now:
            entry = heappop(self._later)[1]
            if self._waits(entry):
                self._queue.put(entry)

    def head(self) -> Entry | None:
        """Return the most urgent entry that a slot may take, None if there is none. It stays."""
        queue = self._queue.queue
        while queue and not self._waits(queue[0]):
            self._queue.get_nowait()
        return queue[0] if queue else None

    def cut(self, count: int) -> Batch:
        """Remove and return the first `count` ids of the most urgent entry, which are of one batch."""
        entry = self.head()
        assert entry is not None, "a slot opens only while something waits"
        self._queue.get_nowait()
        batch, rest = entry.split(count)
        ready, _ = self._entries.pop(_key(entry))
        if rest is not None:
            self._entries[_key(rest)] = (ready, rest)
            self._queue.put(rest)
        return batch

    def now(self) -> list[Entry]:
        """Return those that a slot may take."""
        return [entry for entry in self._queue.queue if self._waits(entry)]

    def later(self) -> list[tuple[int, Entry]]:
        """Return those that no slot may take before they are due, with that time."""
        return [(due, entry) for due, entry in self._later if self._waits(entry)]

    def all(self) -> list[Entry]:
        """Return all entries."""
        return [entry for _, entry in self._entries.values()]

    def copy(self) -> "EntryQueue":
        """Return another one of the same entries."""
        other = EntryQueue()
        other._queue.queue = self._queue.queue.copy()
        other._later = self._later.copy()
        other._entries = self._entries.copy()
        other._readies = self._readies.copy()
        return other

    def _tidy(self) -> None:
        """Let go of what no longer waits, once it is the larger part."""
        if len(self._queue.queue) + len(self._later) > 2 * len(self._entries):
            self._queue = _Loaded(self.now())
            self._later = sorted(self.later())

    def _waits(self, entry: Entry) -> bool:
        found = self._entries.get(_key(entry))
        return found is not None and found[1] is entry

    def _keys(self, sequence: int) -> list[Key]:
        return [key for key in self._entries if key[0] == sequence]

    def _note(self, entry: Entry, ready: int) -> None:
        self._entries[_key(entry)] = (ready, entry)
        heappush(self._readies, (ready, _key(entry)))
        # Those of entries that were released lie behind the first one, which may wait for days.
        if len(self._readies) > 2 * len(self._entries):
            self._readies = sorted((since, key) for key, (since, _) in self._entries.items())

    def _is_ready(self, ready: int, key: Key) -> bool:
        return key in self._entries and self._entries[key][0] == ready


def _key(entry: Entry) -> Key:
    return entry.sequence, entry.positions[-1]
