"""Neighbouring entries, with what is known of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Priority
from ingest_service.domain.queue_depth import QueueDepth

# The size and the rule of the slots, and the room in the one that is being filled.
Entrance = tuple[int, bool, int]
# How often a pattern comes, and the ids that each of its slots carries.
Repeated = tuple[int, tuple[int, ...]]
Sizes = tuple[Repeated, ...]
# The sizes of the next batch of an entry, and of each other one but the last, and the number of ids.
Shape = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """The slots that the entries of a block fill, from one room in the slot that is being filled.

    Before the entry `i`, `slots[i]` further slots were begun and the last of them has room for `rooms[i]` ids; one
    more of each stands for the end of the block.
    """

    slots: Sequence[int]
    rooms: Sequence[int]


class Block:
    """Some neighbouring entries, never empty. They never change, so what was found out about them is kept.

    Any thread may read it; two that find out the same at the same time do no harm. `passages` is for those who
    fill slots with the entries, and so is `sizes`, for which they have their own keys.
    """

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self.last = entries[-1]
        self.first_place = entries[0].place
        self.last_place = self.last.place
        self.passages: dict[Entrance, Passage] = {}
        self.sizes: dict[tuple[int, int], tuple[Sizes, int]] = {}

    def __len__(self) -> int:
        return len(self.entries)

    @cached_property
    def first_ready(self) -> int:
        """Earliest time from which a slot may open for one of them."""
        return min(entry.ready for entry in self.entries)

    @cached_property
    def last_ready(self) -> int:
        """Time from which a slot may open for each of them."""
        return max(entry.ready for entry in self.entries)

    @cached_property
    def depths(self) -> Mapping[Priority, QueueDepth]:
        """Depth of each priority that is among them."""
        return depths_of(self.entries)

    @cached_property
    def ids(self) -> int:
        """Number of their ids."""
        return sum(len(entry.positions) for entry in self.entries)

    @cached_property
    def ingestions(self) -> int:
        """Number of different ingestions."""
        return len({entry.sequence for entry in self.entries})

    @cached_property
    def shapes(self) -> Sequence[tuple[Shape, int]]:
        """Shapes of the entries in order, each with the number of neighbours that have it."""
        return [(shape, sum(1 for _ in alike)) for shape, alike in groupby(self.entries, shape_of)]

    @cached_property
    def dues(self) -> Mapping[int, int]:
        """Deadlines of the ingestions that have one, by the numbers of their entries in the block."""
        ingestions = [entry.ingestion for entry in self.entries]
        return {number: one.deadline for number, one in enumerate(ingestions) if one.deadline is not None}


def shape_of(entry: Entry) -> Shape:
    """Return all that the number of slots which an entry needs depends on."""
    return entry.next_size, entry.ingestion.batch_size, len(entry.positions)


def depths_of(entries: Iterable[Entry]) -> Mapping[Priority, QueueDepth]:
    """Return the depth of each priority among entries in order. The cost grows with the entries, not their ids."""
    return {priority: _depth(list(of_one)) for priority, of_one in groupby(entries, attrgetter("priority"))}


def _depth(entries: Sequence[Entry]) -> QueueDepth:
    return QueueDepth(
        len({entry.sequence for entry in entries}),
        sum(entry.batch_count for entry in entries),
        sum(len(entry.positions) for entry in entries),
    )
