"""The ends of all that waits at one moment."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, count, pairwise
from operator import itemgetter
from typing import Protocol

from ingest_service.domain.entry import Place
from ingest_service.domain.model import Ingestion
from ingest_service.schedule.legs import Leg, Stretch
from ingest_service.schedule.openings import Openings
from ingest_service.schedule.pieces import Piece
from ingest_service.schedule.runs import Run, SlotGrid

# A whole block in a stretch, by its number; the end of what still ends in the slot before it, and the room there.
Entered = tuple[Stretch, int, int, int]


class Waiting(Protocol):
    """Something of an ingestion that waits: an entry or a run."""

    @property
    def sequence(self) -> int:
        """Number of the ingestion."""

    @property
    def ingestion(self) -> Ingestion:
        """The ingestion."""

    @property
    def place(self) -> Place:
        """Its place in the order."""


class Ends:
    """The end of every ingestion that waits: the time at which its last slot opens, or the number of that slot.

    An end is looked up in some microseconds. Numbers of slots count from `filled`, the slots that were filled
    before; without it, ends are times. They are computed when they are first asked for.
    """

    def __init__(self, pieces: Iterable[Piece] = (), filled: int | None = None) -> None:
        self._pieces = pieces
        self._filled = filled

    @cached_property
    def _parts(self) -> tuple[list[Stretch], list[Leg], dict[Place, Run]]:
        stretches: list[Stretch] = []
        legs: list[Leg] = []
        runs: dict[Place, Run] = {}
        for piece in self._pieces:
            if isinstance(piece, Stretch):
                stretches.append(piece)
            elif isinstance(piece, Leg):
                legs.append(piece)
            else:
                # Runs of one ingestion follow each other, so the last one ends last.
                runs[piece.place] = piece
        return stretches, legs, runs

    @property
    def stretches(self) -> list[Stretch]:
        """Whole blocks that wait."""
        return self._parts[0]

    @property
    def legs(self) -> list[Leg]:
        """Parts of blocks that wait."""
        return self._parts[1]

    @property
    def runs(self) -> dict[Place, Run]:
        """The last run of each ingestion that is in no block."""
        return self._parts[2]

    @property
    def _openings(self) -> Openings | None:
        """The openings of all slots if they are not even; else those of some of them."""
        pieces: Iterable[Piece] = chain(self.stretches, self.legs, self.runs.values())
        return next((piece.openings for piece in pieces), None)

    @cached_property
    def blocks(self) -> dict[int, Entered]:
        """The way into each whole block, by its identity and in order."""
        found: dict[int, Entered] = {}
        for stretch in self.stretches:
            ends = self._ends(stretch.grid, stretch.slots)
            states = zip(stretch.blocks, ends, stretch.rooms, count(), strict=False)
            found |= {id(one): (stretch, number, end, room) for one, end, room, number in states}
        return found

    @cached_property
    def divided(self) -> set[Place]:
        """Places of the ingestions that may be in several pieces, or in two blocks."""
        neighbours = pairwise(chain.from_iterable(stretch.blocks for stretch in self.stretches))
        in_two = (one.last_place for one, other in neighbours if one.last_place == other.first_place)
        edges = (entry.place for leg in self.legs for entry in (leg.entries[0], leg.entries[-1]))
        return {*self.runs, *in_two, *edges}

    def legs_with_deadlines(self) -> Iterator[Leg]:
        """Yield the legs through the blocks that have a deadline."""
        yield from (leg for leg in self.legs if leg.block.dues)
        for stretch in self.stretches:
            for number, block in enumerate(stretch.blocks):
                if block.dues:
                    yield stretch.leg(number)

    def of(self, place: Place) -> tuple[Waiting, int] | None:
        """Return what ends last of the ingestion at a place, and its end; None if nothing of it waits there."""
        legs = [*self.legs, *(leg for stretch in self.stretches for leg in stretch.legs(place))]
        found: list[tuple[Waiting, int]] = [
            (leg.block.entries[number], self._end(leg.grid, leg.slot + leg.slots_until(number)))
            for leg in legs
            for number in leg.numbers(place)
        ]
        if place in self.runs:
            found.append((self.runs[place], self.end_of_run(self.runs[place])))
        return max(found, key=itemgetter(1), default=None)

    def time_of(self, place: Place, slots: int, interval: int) -> int:
        """Return the time from a slot that opens `slots` before the last one of an ingestion to that one.

        Those that were opened before count an interval each. Ends are to be numbers of slots.
        """
        found = self.of(place) if self._openings is not None and not self._openings.is_even else None
        if found is None or self._openings is None or self._filled is None:
            return slots * interval
        last = found[1] - self._filled
        first = max(0, last - slots)
        return self._openings.of(last) - self._openings.of(first) + (slots - (last - first)) * interval

    def end_of_run(self, run: Run) -> int:
        """Return the end of a run."""
        return run.last_opens if self._filled is None else self._filled + run.last_slot

    def is_even(self, grid: SlotGrid) -> bool:
        """Return whether ends move alike with each slot."""
        return self._filled is not None or grid.openings.is_even

    def ends_of(self, leg: Leg) -> Iterator[tuple[Waiting, int]]:
        """Yield the entries of a leg with their ends."""
        return zip(leg.entries, self._ends(leg.grid, [leg.slot + slots for slots in leg.slots()]), strict=True)

    def _ends(self, grid: SlotGrid, slots: Sequence[int]) -> Sequence[int]:
        """Return the ends of what ends in slots of a grid."""
        if self._filled is None and not grid.openings.is_even:
            return [grid.opens(max(slot, 0)) for slot in slots]
        first, unit = (
            (grid.opens(0), grid.rate.interval) if self._filled is None else (self._filled + grid.number, 1)
        )
        return [first + slot * unit for slot in slots]

    def _end(self, grid: SlotGrid, slot: int) -> int:
        return grid.opens(slot) if self._filled is None else self._filled + grid.number + slot
