"""The backlog of a snapshot, emptied step by step without changing the snapshot."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from copy import copy
from heapq import heappop, heappush, merge
from itertools import islice
from operator import attrgetter

from ingest_service.domain.block import Block
from ingest_service.domain.entry import Entry, Place
from ingest_service.domain.model import Batch
from ingest_service.domain.ordered_entries import OrderedEntries, WaitingEntries

_FIRST_PLACE = attrgetter("first_place")
_LAST = attrgetter("last")


class SimulatedQueue:
    """Entries in strict order, and those that join them when they are ready. Not for several threads.

    Entries are read from the snapshot one after the other, as they are needed.
    """

    def __init__(self, waiting: WaitingEntries) -> None:
        self._unread = _Cursor(waiting.now)
        self._joined: list[Entry] = []
        self._later = sorted(waiting.later, key=lambda entry: (entry.ready, entry), reverse=True)
        self._settled = waiting.now.last_ready

    @property
    def settled(self) -> int:
        """Time from which a slot may open for each entry that does not join later."""
        return self._settled

    @property
    def next_join(self) -> int | None:
        """Time at which the next entry joins, None without one."""
        return self._later[-1].ready if self._later else None

    def opens(self, earliest: int) -> int | None:
        """Return when a slot opens that may not open before `earliest`, None if nothing waits."""
        head = self.head()
        if head is not None and (self._settled <= earliest or head.ready <= earliest):
            return earliest
        times = [entry.ready for entry in self._joined]
        times += [time for time in (self._unread.first_ready(), self.next_join) if time is not None]
        return max(earliest, min(times)) if times else None

    def join_ready(self, now: int) -> None:
        """Let the entries join that are ready."""
        while self._later and self._later[-1].ready <= now:
            heappush(self._joined, self._later.pop())

    def limit_to(self, place: Place) -> None:
        """Leave out most entries behind this place if they cannot change when those up to it run.

        An entry never delays a more urgent one that waits now. It can delay one that joins later: it may run in a
        slot just before, and the next slot opens an interval after that one. Then nothing is left out.
        """
        if not any(entry.place <= place for entry in self._later):
            self._later = []
            self._joined = [entry for entry in self._joined if entry.place <= place]
            self._unread.limit_to(place)

    def unread(self) -> tuple[Block, int, int] | None:
        """Return the entries that go next, of a block and from one number to another; None if others go first."""
        part = self._unread.part()
        if part is None or not self._joined:
            return part
        block, start, stop = part
        if self._joined[0] < block.last:
            stop = bisect_left(block.entries, self._joined[0], start)
        return (block, start, stop) if start < stop else None

    def unread_blocks(self) -> Sequence[Block]:
        """Return the blocks that go next as a whole; none where something of the first one was removed."""
        return self._unread.blocks(self._joined[0] if self._joined else None)

    def move_to(self, stop: int) -> None:
        """Remove the entries of the next block up to this number."""
        self._unread.move_to(stop)

    def skip(self, count: int) -> None:
        """Remove this number of whole blocks."""
        self._unread.skip(count)

    def copy(self) -> "SimulatedQueue":
        """Return another queue that is emptied apart."""
        other = copy(self)
        other._unread, other._joined, other._later = copy(self._unread), list(self._joined), list(self._later)
        return other

    def entries(self) -> Iterator[Entry]:
        """Yield the entries that wait now, in order. They stay."""
        return merge(sorted(self._joined), self._unread.entries())

    def head(self) -> Entry | None:
        """Return the most urgent entry, None if none waits now. It stays."""
        unread = self._unread.head()
        if self._joined and (unread is None or self._joined[0] < unread):
            return self._joined[0]
        return unread

    def pop(self) -> Entry | None:
        """Remove and return the most urgent entry, None if none waits now."""
        entry = self.head()
        if entry is None:
            return None
        if self._joined and entry is self._joined[0]:
            return heappop(self._joined)
        self._unread.move()
        return entry

    def put_back(self, entry: Entry) -> None:
        """Let an entry wait again."""
        heappush(self._joined, entry)

    def cut(self, count: int) -> Batch:
        """Remove and return the first `count` ids of the most urgent entry, which are of one batch."""
        entry = self.pop()
        assert entry is not None, "a slot opens only while something waits"
        batch, rest = entry.split(count)
        if rest is not None:
            self.put_back(rest)
        return batch


class _Cursor:
    """The entries of a collection that were not read yet."""

    def __init__(self, entries: OrderedEntries) -> None:
        self._blocks = entries.blocks
        self._block = self._place = 0
        self._end = len(self._blocks)

    def head(self) -> Entry | None:
        return None if self._block == self._end else self._blocks[self._block].entries[self._place]

    def entries(self) -> Iterator[Entry]:
        """Yield the entries that were not read yet."""
        start = self._place
        for block in self._blocks[self._block : self._end]:
            yield from islice(block.entries, start, None)
            start = 0

    def part(self) -> tuple[Block, int, int] | None:
        """Return what was not read yet of the next block: from one number to another."""
        if self._block == self._end:
            return None
        block = self._blocks[self._block]
        return block, self._place, len(block.entries)

    def blocks(self, before: Entry | None) -> Sequence[Block]:
        """Return the blocks that go next, wholly unread and, if there is an entry, wholly before it."""
        if self._place > 0:
            return ()
        end = self._end if before is None else bisect_left(self._blocks, before, self._block, self._end, key=_LAST)
        return self._blocks[self._block : end]

    def skip(self, count: int) -> None:
        """Go on by this number of blocks."""
        self._block += count

    def move_to(self, place: int) -> None:
        """Go on to this number in the block."""
        self._place = place
        if place == len(self._blocks[self._block].entries):
            self._block, self._place = self._block + 1, 0

    def move(self) -> None:
        """Go on to the next entry."""
        self.move_to(self._place + 1)

    def limit_to(self, place: Place) -> None:
        """Return no block behind this place."""
        self._end = bisect_right(self._blocks, place, self._block, key=_FIRST_PLACE)

    def first_ready(self) -> int | None:
        return min(self._ready_times(), default=None)

    def _ready_times(self) -> Iterator[int]:
        if self._block < len(self._blocks):
            yield from (entry.ready for entry in self._blocks[self._block].entries[self._place :])
        yield from (block.first_ready for block in self._blocks[self._block + 1 :])
