"""The ingestions that still have batches to release, most urgent first."""

from collections.abc import Iterable, Iterator, Sequence
from threading import Lock

from ingest_service.backlog.entry_queue import EntryQueue
from ingest_service.backlog.packing import Packing
from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Batch, Priority


class Backlog:
    """One entry for each ingestion, however many batches it has, and one for each batch to be retried.

    Any thread; blocks only on its lock. Times are nanoseconds on the monotonic clock.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting = EntryQueue()
        self._ids = 0
        self._slots = 0

    @property
    def slots(self) -> int:
        """How many slots were filled out of it."""
        return self._slots

    @property
    def ids(self) -> int:
        """How many ids wait or have room kept for them."""
        return self._ids

    def reserve(self, count: int, most: int) -> int | None:
        """Keep room for so many ids if then there are no more than `most`; else return how many are too many.

        There may be more than `most` already, for ids that are called again come back.
        """
        with self._lock:
            if self._ids + count > most:
                return self._ids + count - most
            self._ids += count
            return None

    def give_back(self, count: int) -> None:
        """Give back room that was kept."""
        with self._lock:
            self._ids -= count

    def join(self, entry: Entry, ready: int) -> bool:
        """Let an entry wait that room is kept for; it is itself a reason to open a slot from `ready` on.

        Return whether it is now the first reason of all.
        """
        with self._lock:
            first = self._waiting.first_ready()
            self._waiting.put(entry, ready)
            return first is None or ready < first

    def load(self, entries: Iterable[Entry], ready: int) -> None:
        """Let many entries wait, and nothing else; for all of them a slot may open from `ready` on."""
        with self._lock:
            self._waiting = EntryQueue(entries, ready)
            self._ids = sum(len(entry.positions) for entry in self._waiting.now())

    def put_later(self, entry: Entry, due: int) -> None:
        """Let an entry wait that no slot may take before `due`."""
        with self._lock:
            self._ids += len(entry.positions)
            self._waiting.put_later(entry, due)

    def put_back(self, batches: Sequence[Batch], ready: int) -> None:
        """Let the batches of a slot that could not be opened wait in their old places."""
        with self._lock:
            self._slots -= 1
            self._ids += sum(len(batch.positions) for batch in batches)
            for batch in batches:
                entry = Entry.of(batch.sequence, batch.ingestion, batch.positions, batch.attempts)
                self._waiting.put(entry, ready)

    def of(self, sequence: int) -> list[Entry]:
        """Return all entries of an ingestion. The cost grows with the entries that wait."""
        return [entry for entry in self.entries() if entry.sequence == sequence]

    def remove(self, sequence: int) -> None:
        """Remove all entries of an ingestion. The cost grows with the entries that wait."""
        with self._lock:
            self._ids -= sum(len(entry.positions) for entry in self._waiting.remove(sequence))

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        """Give an ingestion another place. The cost grows with the entries that wait."""
        with self._lock:
            self._waiting.reprioritise(sequence, priority)

    def ready(self) -> int | None:
        """Return the earliest time at which any entry is a reason to open a slot, None if nothing waits."""
        with self._lock:
            return self._waiting.first_ready()

    def take(self, room: int, now: int, probe: bool = False) -> tuple[Batch, ...]:
        """Remove and return the most urgent batches, whole and in order, up to the first that does not fit.

        `room` counts ids. As a probe only the single most urgent id is taken, the rest of its batch stays.
        """
        with self._lock:
            self._waiting.move_due(now)
            batches = (self._waiting.cut(1),) if probe else tuple(self._fill(room))
            self._slots += bool(batches)
            self._ids -= sum(len(batch.positions) for batch in batches)
            return batches

    def copy(self) -> "Backlog":
        """Return a backlog of the same entries, to try out what becomes of them."""
        other = Backlog()
        with self._lock:
            other._waiting = self._waiting.copy()
            other._ids, other._slots = self._ids, self._slots
        return other

    def settled(self) -> int:
        """Return the time from which on every entry but those for later is a reason to open a slot."""
        with self._lock:
            return self._waiting.last_ready()

    def ahead(self, priority: int, sequence: int) -> tuple[list[Entry], list[tuple[int, Entry]]]:
        """Return the entries that decide when those up to this place in the order run, and those for later.

        What is less urgent never delays what waits now. It may delay what comes back later: the slots in
        between are then spent on it, and the next one opens an interval after them.
        """
        place = (priority, sequence)
        with self._lock:
            now, later = self._waiting.now(), self._waiting.later()
        if any((entry.priority, entry.sequence) <= place for _, entry in later):
            return now, later
        return [entry for entry in now if (entry.priority, entry.sequence) <= place], []

    def entries(self) -> list[Entry]:
        """Return all entries, also those for later."""
        with self._lock:
            return self._waiting.all()

    def before(self, priority: int, sequence: int) -> list[Entry]:
        """Return the entries that wait now and go before this place in the order."""
        with self._lock:
            now = self._waiting.now()
        return [entry for entry in now if (entry.priority, entry.sequence) < (priority, sequence)]

    def __len__(self) -> int:
        """Return how many entries wait."""
        return len(self._waiting)

    def _fill(self, room: int) -> Iterator[Batch]:
        packing = Packing.fresh(room)
        while (entry := self._waiting.head()) is not None:
            size = entry.next_size
            packing.add(1, size)
            if packing.slot > 0:
                return
            yield self._waiting.cut(size)
