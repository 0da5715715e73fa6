"""Immutable collections of waiting entries in their order."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Self

from ingest_service.domain.block import Block
from ingest_service.domain.entry import Entry, Place, in_order

# A change copies one block and the list of blocks: with 100,000 entries both are a few hundred references.
LARGEST_BLOCK = 512

_LAST = attrgetter("last")
_PLACE = attrgetter("place")
_LAST_PLACE = attrgetter("last_place")


class OrderedEntries:
    """Entries in strict order; a change returns another collection, which shares all but one block with this one.

    Taking a snapshot of what waits is therefore keeping a reference. Any thread may read it.
    """

    def __init__(self, blocks: tuple[Block, ...] = (), largest_block: int = LARGEST_BLOCK) -> None:
        self.blocks = blocks
        self._largest_block = largest_block

    @classmethod
    def of(cls, entries: Iterable[Entry], largest_block: int = LARGEST_BLOCK) -> Self:
        """Put entries into order, in blocks of at most `largest_block`."""
        ordered = sorted(entries, key=in_order)
        size = max(1, largest_block // 2)
        blocks = (Block(tuple(ordered[i : i + size])) for i in range(0, len(ordered), size))
        return cls(tuple(blocks), largest_block)

    def with_entry(self, entry: Entry) -> Self:
        """Return these entries and one more."""
        if not self.blocks:
            return type(self)((Block((entry,)),), self._largest_block)
        number = min(bisect_left(self.blocks, entry, key=_LAST), len(self.blocks) - 1)
        entries = self.blocks[number].entries
        place = bisect_left(entries, entry)
        return self._with_block(number, (*entries[:place], entry, *entries[place:]))

    def without(self, entry: Entry) -> Self:
        """Return all entries but this one, which is one of them."""
        number, place = self._find(entry)
        entries = self.blocks[number].entries
        return self._with_block(number, entries[:place] + entries[place + 1 :])

    def holds(self, entry: Entry) -> bool:
        """Return whether this very entry, and not only an equal one, is among them."""
        number, place = self._find(entry)
        return number < len(self.blocks) and self.blocks[number].entries[place] is entry

    def of_ingestion(self, place: Place) -> list[Entry]:
        """Return the entries of the ingestion at this place."""
        found = []
        for entry in self.starting_at(place):
            if entry.place != place:
                break
            found.append(entry)
        return found

    def starting_at(self, place: Place) -> Iterator[Entry]:
        """Yield the entries at this place and behind it."""
        number = bisect_left(self.blocks, place, key=_LAST_PLACE)
        for block in self.blocks[number : number + 1]:
            yield from block.entries[bisect_left(block.entries, place, key=_PLACE) :]
        for block in self.blocks[number + 1 :]:
            yield from block.entries

    def before(self, place: Place) -> tuple[Sequence[Block], tuple[Entry, ...]]:
        """Return the entries that go before this place: whole blocks, and those of the next block."""
        number = bisect_left(self.blocks, place, key=_LAST_PLACE)
        if number == len(self.blocks):
            return self.blocks, ()
        entries = self.blocks[number].entries
        return self.blocks[:number], entries[: bisect_left(entries, place, key=_PLACE)]

    @property
    def first_ready(self) -> int | None:
        """Earliest time from which a slot may open for one of them, None without any."""
        return min((block.first_ready for block in self.blocks), default=None)

    @property
    def has_deadlines(self) -> bool:
        """Return whether any of their ingestions has a deadline."""
        return any(block.dues for block in self.blocks)

    @property
    def last_ready(self) -> int:
        """Time from which a slot may open for each of them, 0 without any."""
        return max((block.last_ready for block in self.blocks), default=0)

    def __iter__(self) -> Iterator[Entry]:
        return chain.from_iterable(block.entries for block in self.blocks)

    def __len__(self) -> int:
        return sum(map(len, self.blocks))

    def __bool__(self) -> bool:
        return bool(self.blocks)

    def _find(self, entry: Entry) -> tuple[int, int]:
        """Return the block and the place in it of an entry that is equal, or of the next one."""
        number = bisect_left(self.blocks, entry, key=_LAST)
        place = bisect_left(self.blocks[number].entries, entry) if number < len(self.blocks) else 0
        return number, place

    def _with_block(self, number: int, entries: Sequence[Entry]) -> Self:
        """Return the collection with other entries in this block: none, one block of them, or two."""
        middle = len(entries) // 2 if len(entries) > self._largest_block else 0
        parts = (entries[:middle], entries[middle:])
        blocks = tuple(Block(tuple(part)) for part in parts if part)
        return type(self)(self.blocks[:number] + blocks + self.blocks[number + 1 :], self._largest_block)


@dataclass(frozen=True, slots=True)
class WaitingEntries:
    """Everything that waits, at one moment: what a slot may take now, and what none may take before it is ready.

    `slots` counts the slots that were filled out of them since the start.
    """

    now: OrderedEntries
    later: OrderedEntries
    slots: int = 0

    @property
    def has_deadlines(self) -> bool:
        """Return whether any ingestion that waits has a deadline."""
        return self.now.has_deadlines or self.later.has_deadlines

    def __iter__(self) -> Iterator[Entry]:
        return chain(self.now, self.later)
