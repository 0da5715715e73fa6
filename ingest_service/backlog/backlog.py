"""The ingestions that still have batches to release, most urgent first."""

from collections.abc import Iterable, Sequence
from threading import Lock

from ingest_service.backlog.entry_queue import EntryQueue
from ingest_service.backlog.packing import ids_in_next_slot, next_slot
from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Batch, Priority
from ingest_service.domain.ordered_entries import WaitingEntries
from ingest_service.domain.rate import RateLimit
from ingest_service.domain.usage import Usage


class Backlog:
    """One entry for each ingestion, however many batches it has, and one for each batch to be retried.

    Any thread; blocks only on its lock. Times are nanoseconds on the monotonic clock. The cost of a change grows
    with the logarithm of the entries, that of taking a snapshot does not grow.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._queue = EntryQueue()
        self._ids = 0
        self._slots = 0

    @property
    def ids(self) -> int:
        """Number of ids that wait or have room kept for them."""
        return self._ids

    def reserve(self, count: int, most: int) -> int | None:
        """Keep room for `count` ids if then there are no more than `most`; else return the number too many.

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

    def join(self, entry: Entry) -> bool:
        """Let an entry wait that room is kept for; return True if a slot may open earlier because of it."""
        with self._lock:
            is_first = not self._queue.is_ready(entry.ready)
            self._queue.put(entry)
            return is_first

    def load(self, entries: Iterable[Entry]) -> None:
        """Let these entries wait, and nothing else."""
        with self._lock:
            self._queue = EntryQueue(entries)
            self._ids = sum(len(entry.positions) for entry in self._queue.now)

    def put_later(self, entry: Entry) -> None:
        """Let an entry wait that no slot may take before it is ready."""
        with self._lock:
            self._ids += len(entry.positions)
            self._queue.put_later(entry)

    def put_back(self, batches: Sequence[Batch], ready: int) -> None:
        """Let the batches of a slot that could not be opened wait in their old places."""
        with self._lock:
            self._slots -= 1
            self._ids += sum(len(batch.positions) for batch in batches)
            for batch in batches:
                self._queue.put(Entry.of(batch.sequence, batch.ingestion, batch.positions, batch.attempts, ready))

    def of_ingestion(self, sequence: int) -> list[Entry]:
        """Return all entries of an ingestion, in order."""
        with self._lock:
            return self._queue.of_ingestion(sequence)

    def remove(self, sequence: int) -> None:
        """Remove all entries of an ingestion."""
        with self._lock:
            self._ids -= sum(len(entry.positions) for entry in self._queue.remove(sequence))

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        """Give an ingestion another place."""
        with self._lock:
            self._queue.reprioritise(sequence, priority)

    def ready(self) -> int | None:
        """Return the earliest time at which a slot may open for any entry, None if nothing waits."""
        with self._lock:
            return self._queue.first_ready()

    def next_join(self) -> int | None:
        """Return when the next entry is ready that no slot may take before, None without one."""
        with self._lock:
            return self._queue.later.first_ready

    def ids_ahead(self, rate: RateLimit, now: int, probe: bool) -> int:
        """Return how many ids the next slot would carry if it opened now, 0 if nothing may be taken."""
        with self._lock:
            self._queue.move_ready(now)
            return ids_in_next_slot(self._queue.now, rate, probe) if self._queue.now else 0

    def take(
        self, rate: RateLimit, now: int, probe: bool = False, usage: Usage | None = None
    ) -> tuple[Batch, ...]:
        """Remove and return what the slot that opens now carries (see packing.next_slot).

        Nothing where that does not fit into a quota yet.
        """
        with self._lock:
            self._queue.move_ready(now)
            if usage is not None and ids_in_next_slot(self._queue.now, rate, probe) > usage.room(now):
                return ()
            batches = next_slot(self._queue, rate, probe)
            self._slots += bool(batches)
            self._ids -= sum(len(batch.positions) for batch in batches)
            return batches

    def first(self, count: int) -> list[tuple[int, Sequence[int]]]:
        """Return the sequences and positions of the ids, at most `count`, that a slot would take now."""
        found: list[tuple[int, Sequence[int]]] = []
        with self._lock:
            for entry in self._queue.now:
                if count <= 0:
                    break
                found.append((entry.sequence, entry.positions[:count]))
                count -= len(entry.positions)
        return found

    def snapshot(self) -> WaitingEntries:
        """Return all that waits, as it is now."""
        with self._lock:
            return WaitingEntries(self._queue.now, self._queue.later, self._slots)

    def __len__(self) -> int:
        """Return the number of entries that wait."""
        with self._lock:
            return len(self._queue)
