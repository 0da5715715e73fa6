"""Legs of the way through the backlog: neighbouring entries that run in slots without a gap."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

from ingest_service.domain.block import Block, Passage
from ingest_service.domain.entry import Entry, Place
from ingest_service.schedule.openings import Openings
from ingest_service.schedule.passages import passage_from
from ingest_service.schedule.runs import Run, SlotGrid

_PLACE = attrgetter("place")
_LAST_PLACE = attrgetter("last_place")


class Leg(NamedTuple):
    """Entries of a block, from the number `start` to `stop`; never none.

    Before them slot `slot` of the grid was being filled, and had room for `room` ids. All of each entry is in
    the leg.
    """

    grid: SlotGrid
    block: Block
    start: int
    stop: int
    slot: int
    room: int

    @property
    def entries(self) -> Sequence[Entry]:
        """Its entries."""
        return self.block.entries[self.start : self.stop]

    @property
    def ids(self) -> int:
        """Number of its ids."""
        return sum(len(entry.positions) for entry in self.entries)

    @property
    def openings(self) -> Openings:
        """The openings of its slots."""
        return self.grid.openings

    @property
    def last_opens(self) -> int:
        """Opening of its last slot."""
        return self.opens_last(self.stop - 1)

    def opens_last(self, number: int) -> int:
        """Return when the last slot opens of the entry that has this number in the block."""
        return self.grid.opens(self.slot + self.slots_until(number))

    def opens_after(self, count: int) -> int:
        """Return when the slot opens by which `count` of the ids have been released."""
        released = accumulate(len(entry.positions) for entry in self.entries)
        number, ids = next((number, ids) for number, ids in enumerate(released, self.start) if ids >= count)
        return self.run(number).opens_after(count - ids + len(self.block.entries[number].positions))

    def slots(self) -> Sequence[int]:
        """Return how many slots are begun up to the end of each entry."""
        slots = self._passage.slots
        before = slots[self.start]
        return [slot - before for slot in slots[self.start + 1 : self.stop + 1]]

    def slots_until(self, number: int) -> int:
        """Return how many slots are begun up to the end of the entry that has this number in the block."""
        slots = self._passage.slots
        return slots[number + 1] - slots[self.start]

    def numbers(self, place: Place) -> range:
        """Return the numbers in the block of the entries at this place."""
        entries = self.block.entries
        first = bisect_left(entries, place, self.start, key=_PLACE)
        return range(first, bisect_right(entries, place, first, self.stop, key=_PLACE))

    def runs(self, place: Place) -> Sequence[Run]:
        """Return the runs of the ingestion at this place."""
        return [self.run(number) for number in self.numbers(place)]

    def run(self, number: int) -> Run:
        """Return the run of the entry that has this number in the block."""
        passage = self._passage
        slot = self.slot + passage.slots[number] - passage.slots[self.start]
        run, _ = self.grid.at(slot, passage.rooms[number]).place(self.block.entries[number], None)
        assert run is not None, "without a limit every entry has a run"
        return run

    @property
    def _passage(self) -> Passage:
        return passage_from(self.block, self.start, self.grid.rate, self.room)


class Stretch(NamedTuple):
    """Neighbouring whole blocks, never none.

    Before the block `i` slot `slots[i]` of the grid was being filled, and had room for `rooms[i]` ids; one more of
    each stands for the end of the stretch.
    """

    grid: SlotGrid
    blocks: Sequence[Block]
    slots: Sequence[int]
    rooms: Sequence[int]

    @property
    def ids(self) -> int:
        """Number of its ids."""
        return sum(block.ids for block in self.blocks)

    @property
    def openings(self) -> Openings:
        """The openings of its slots."""
        return self.grid.openings

    @property
    def last_opens(self) -> int:
        """Opening of its last slot."""
        return self.grid.opens(self.slots[-1])

    def opens_after(self, count: int) -> int:
        """Return when the slot opens by which `count` of the ids have been released."""
        released = list(accumulate((block.ids for block in self.blocks), initial=0))
        number = bisect_left(released, count) - 1
        return self.leg(number).opens_after(count - released[number])

    def leg(self, number: int) -> Leg:
        """Return the leg through the block that has this number."""
        block = self.blocks[number]
        return Leg(self.grid, block, 0, len(block), self.slots[number], self.rooms[number])

    def legs(self, place: Place) -> Iterator[Leg]:
        """Yield the legs in which the ingestion at this place may be."""
        number = bisect_left(self.blocks, place, key=_LAST_PLACE)
        while number < len(self.blocks) and self.blocks[number].first_place <= place:
            yield self.leg(number)
            number += 1

    def runs(self, place: Place) -> Sequence[Run]:
        """Return the runs of the ingestion at this place."""
        return [run for leg in self.legs(place) for run in leg.runs(place)]
