"""The ingestions that still have batches to release, most urgent first."""

from collections import OrderedDict
from queue import Empty, PriorityQueue
from threading import Lock

from ingest_service.domain import Batch, Entry


class Backlog:
    """One queue entry for each ingestion, however many batches it has. Any thread; blocks only on its lock."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._queue: PriorityQueue[Entry] = PriorityQueue()
        self._arrivals: OrderedDict[tuple[int, int], int] = OrderedDict()

    def put(self, entry: Entry, arrived: int) -> bool:
        """Let an entry wait that arrived at this time, no earlier than those before it; True if none waited."""
        with self._lock:
            was_empty = not self._arrivals
            self._arrivals[entry.sequence, entry.end] = arrived
            self._queue.put(entry)
            return was_empty

    def longest_waiting(self) -> int | None:
        """Return when the entry that has waited longest arrived, None if none waits."""
        with self._lock:
            return next(iter(self._arrivals.values()), None)

    def take(self, room: int) -> tuple[Batch, ...]:
        """Remove and return the most urgent batches, whole and in order, up to the first that does not fit.

        `room` counts ids.
        """
        taken: list[Batch] = []
        with self._lock:
            while (entry := self._next_fitting(room)) is not None:
                room -= entry.next_size
                taken.append(entry.next_batch())
                self._put_back(entry)
        return tuple(taken)

    def __len__(self) -> int:
        """Return how many entries wait."""
        return len(self._arrivals)

    def _next_fitting(self, room: int) -> Entry | None:
        try:
            entry = self._queue.get_nowait()
        except Empty:
            return None
        if entry.next_size <= room:
            return entry
        self._queue.put(entry)
        return None

    def _put_back(self, entry: Entry) -> None:
        rest = entry.rest()
        if rest is None:
            del self._arrivals[entry.sequence, entry.end]
        else:
            self._queue.put(rest)
