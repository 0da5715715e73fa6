"""Legs of the way through the backlog, and the way itself: entries by the block, in slots without a gap."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

from ingest_service.domain.block import Block, Passage
from ingest_service.domain.entry import Entry, Place
from ingest_service.domain.rate import RateLimit
from ingest_service.schedule.passages import passage_from, through
from ingest_service.schedule.runs import Run, SlotGrid
from ingest_service.schedule.simulated_queue import SimulatedQueue

_PLACE = attrgetter("place")


class Leg(NamedTuple):
    """Entries of a block that run one after the other in neighbouring slots: those from `start` to `stop`.

    Before them slot `slot` of the grid was being filled, and had room for `room` ids. All of an entry is in the
    leg, and no leg is empty. Legs follow each other in strict order.
    """

    grid: SlotGrid
    block: Block
    start: int
    stop: int
    slot: int
    room: int

    @property
    def first(self) -> Entry:
        """The first of its entries."""
        return self.block.entries[self.start]

    @property
    def last(self) -> Entry:
        """The last of its entries."""
        return self.block.entries[self.stop - 1]

    @property
    def entries(self) -> Sequence[Entry]:
        """Its entries."""
        return self.block.entries[self.start : self.stop]

    @property
    def ids(self) -> int:
        """Number of its ids."""
        if self.stop - self.start == len(self.block):
            return self.block.ids
        return sum(len(entry.positions) for entry in self.entries)

    @property
    def last_opens(self) -> int:
        """Opening of its last slot."""
        return self.opens_last(self.stop - 1)

    def opens_last(self, number: int) -> int:
        """Return when the last slot opens of the entry that has this number in the block."""
        return self.grid.opens + (self.slot + self.slots_until(number)) * self.grid.rate.interval

    def slots(self) -> Sequence[int]:
        """Return how many slots are begun up to the end of each entry."""
        slots = self._passage.slots
        before = slots[self.start]
        return [slot - before for slot in slots[self.start + 1 : self.stop + 1]]

    def slots_until(self, number: int) -> int:
        """Return how many slots are begun up to the end of the entry that has this number in the block."""
        slots = self._passage.slots
        return slots[number + 1] - slots[self.start]

    def opens_after(self, count: int) -> int:
        """Return when the slot opens by which `count` of the ids have been released."""
        released = accumulate(len(entry.positions) for entry in self.entries)
        number, ids = next((number, ids) for number, ids in enumerate(released, self.start) if ids >= count)
        return self.run(number).opens_after(count - ids + len(self.block.entries[number].positions))

    def runs(self, place: Place) -> Sequence[Run]:
        """Return the runs of the ingestion at this place."""
        return [self.run(number) for number in self.numbers(place)]

    def numbers(self, place: Place) -> range:
        """Return the numbers in the block of the entries at this place."""
        entries = self.block.entries
        if not self.first.place <= place <= self.last.place:
            return range(0)
        first = bisect_left(entries, place, self.start, self.stop, key=_PLACE)
        return range(first, bisect_right(entries, place, first, self.stop, key=_PLACE))

    def run(self, number: int) -> Run:
        """Return the run of the entry that has this number in the block."""
        passage = self._passage
        slot = self.slot + passage.slots[number] - passage.slots[self.start]
        grid = self.grid.at(slot, passage.rooms[number])
        run, _ = grid.place(self.block.entries[number], None)
        assert run is not None, "without a limit every entry has a run"
        return run

    @property
    def _passage(self) -> Passage:
        return passage_from(self.block, self.start, self.grid.rate, self.room)


Piece = Leg | Run


def pieces_of(queue: SimulatedQueue, rate: RateLimit, number: int, opens: int) -> Iterator[Piece]:
    """Yield all that runs, in the order of the slots: by the block, and a run for what does not run as a whole.

    The next slot has this number and opens at `opens`, or when the first entry joins. Empties the queue.
    """
    grid = SlotGrid(rate, number, opens)
    queue.join_ready(opens)
    while True:
        yield from _legs(queue, grid)
        entry = queue.pop()
        if entry is not None:
            run, rest = grid.place(entry, queue.next_join)
            if run is not None:
                yield run
            if rest is not None:
                queue.put_back(rest)
                queue.join_ready(grid.fresh()[1])
        elif queue.next_join is not None:
            number, opens = grid.fresh()
            opens = max(opens, queue.next_join)
            grid = SlotGrid(rate, number, opens)
            queue.join_ready(opens)
        else:
            return


def _legs(queue: SimulatedQueue, grid: SlotGrid) -> Iterator[Leg]:
    """Yield the entries that go next, up to the first that does not end before another entry joins."""
    limit, packing = grid.limit(queue.next_join), grid.packing
    while (part := queue.unread()) is not None:
        block, start, stop = part
        leg = Leg(grid, block, start, stop, packing.slot, packing.room)
        if stop - start == len(block):
            slots, room = through(block, grid.rate, packing.room)
            if limit is None or packing.slot + slots < limit:
                packing.slot, packing.room = packing.slot + slots, room
                queue.move(stop)
                yield leg
                continue
        passage = passage_from(block, start, grid.rate, packing.room)
        before = packing.slot - passage.slots[start]
        if limit is not None:
            stop = min(stop, bisect_left(passage.slots, limit - before, start + 1) - 1)
        if stop > start:
            packing.slot, packing.room = before + passage.slots[stop], passage.rooms[stop]
            queue.move(stop)
            yield leg._replace(stop=stop)
        if stop < part[2]:
            return
