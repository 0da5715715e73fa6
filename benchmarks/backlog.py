"""The backlog, one entry for each ingestion, against a plain heap with one entry for each batch.

Both take in 100,000 ingestions of 10 ids, then one of a million, and each time release the same 50,000 slots of 3
ids. Read: memory should be far below 1 for the long ingestion, for that is what the backlog is for; filling and
taking may cost a multiple, since the backlog is kept in order for those who ask when something runs, and cuts each
batch when it is due: the microseconds for each slot say whether that matters in an interval of 5 seconds.
"""

import heapq
from collections.abc import Iterator
from statistics import median
from uuid import uuid4

from benchmarks.figure import Figure, show
from benchmarks.measure import kept_bytes, seconds, timed
from ingest_service.backlog.backlog import Backlog
from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Ingestion, Priority
from ingest_service.domain.rate import RateLimit

SIZE = 3
RATE = RateLimit(SIZE, interval=1, linger=0, longest_pause=0)
RATE = RateLimit(SIZE, interval=1, linger=0, longest_pause=0)
SLOTS = 50_000
ROUNDS = 3

Batches = list[tuple[Priority, int, int, tuple[int, ...]]]


def filled_backlog(ingestions: int, ids: int) -> Backlog:
    """Return a backlog in which this number of ingestions waits, each of `ids` ids."""
    backlog = Backlog()
    for sequence in range(ingestions):
        priority = Priority(sequence % 3)
        backlog.join(Entry.whole(sequence, Ingestion(uuid4().int, priority, SIZE, ids)))
    return backlog


def filled_heap(ingestions: int, ids: int) -> Batches:
    """Return the peer: a heap in which every batch waits by itself."""
    heap: Batches = []
    for sequence in range(ingestions):
        for first in range(1, ids + 1, SIZE):
            batch = tuple(range(first, min(first + SIZE, ids + 1)))
            heapq.heappush(heap, (Priority(sequence % 3), sequence, first, batch))
    return heap


def take_from_backlog(backlog: Backlog) -> None:
    """Open the slots."""
    for _ in range(SLOTS):
        backlog.take(RATE, now=0)


def take_from_heap(heap: Batches) -> None:
    """Open the slots, packed as the backlog packs them."""
    for _ in range(SLOTS):
        room = SIZE
        while heap and len(heap[0][3]) <= room:
            room -= len(heapq.heappop(heap)[3])


def fill_and_take(ingestions: int, ids: int) -> list[float]:
    """Return the seconds of filling the backlog, filling the heap, taking from the backlog, from the heap."""
    backlog, fill_ours = timed(lambda: filled_backlog(ingestions, ids))
    heap, fill_theirs = timed(lambda: filled_heap(ingestions, ids))
    take_ours, take_theirs = seconds(lambda: take_from_backlog(backlog)), seconds(lambda: take_from_heap(heap))
    return [fill_ours, fill_theirs, take_ours, take_theirs]


def compare(held: str, ingestions: int, ids: int, memory_aim: float) -> Iterator[Figure]:
    """Measure both ways to hold this number of ingestions, each of `ids` ids."""
    rounds = [fill_and_take(ingestions, ids) for _ in range(ROUNDS)]
    put, pushed, take, pop = map(median, zip(*rounds, strict=True))
    ours = kept_bytes(lambda: filled_backlog(ingestions, ids))
    theirs = kept_bytes(lambda: filled_heap(ingestions, ids))
    heap = "a heap of batches"
    yield Figure(f"memory of {held} in the backlog", heap, ours / theirs, memory_aim, more_is_better=False)
    yield Figure(f"filling the backlog with {held}", heap, put / pushed, more_is_better=False)
    yield Figure(f"taking the ids of a slot from {held}", heap, take / pop, more_is_better=False)
    yield Figure(f"taking the ids of a slot from {held}", "", take * 1e6 / SLOTS, 100, "µs", more_is_better=False)


def figures() -> Iterator[Figure]:
    """Compare many short ingestions, and one long one."""
    yield from compare("100,000 ingestions of 10 ids", 100_000, 10, memory_aim=1)
    yield from compare("one ingestion of 1,000,000 ids", 1, 1_000_000, memory_aim=0.001)


if __name__ == "__main__":
    show(figures())
