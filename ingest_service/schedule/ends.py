"""The ends of all that waits at one moment."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from operator import itemgetter
from typing import Protocol

from ingest_service.domain.entry import Place
from ingest_service.domain.model import Ingestion
from ingest_service.schedule.legs import Leg, Piece
from ingest_service.schedule.runs import Run

# A block and the numbers of the entries in it: the same leg of two schedules, wherever it is in them.
LegKey = tuple[int, int, int]


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
    before; without it, ends are times.
    """

    def __init__(self, pieces: Iterable[Piece] = (), filled: int | None = None) -> None:
        self.legs: dict[LegKey, Leg] = {}
        self.runs: dict[Place, Run] = {}
        self._filled = filled
        for piece in pieces:
            if isinstance(piece, Leg):
                self.legs[id(piece.block), piece.start, piece.stop] = piece
            else:
                # Runs of one ingestion follow each other, so the last one ends last.
                self.runs[piece.place] = piece
        self._in_order = list(self.legs.values())

    @cached_property
    def apart(self) -> set[Place]:
        """Places of the ingestions that are not wholly in one leg."""
        neighbours = pairwise(self._in_order)
        return {*self.runs, *(a.last.place for a, b in neighbours if a.last.place == b.first.place)}

    def of(self, place: Place) -> tuple[Waiting, int] | None:
        """Return what ends last of the ingestion at a place, and its end; None if nothing of it waits there."""
        ends: list[tuple[Waiting, int]] = []
        if place in self.runs:
            ends.append((self.runs[place], self.of_run(self.runs[place])))
        number = bisect_left(self._in_order, place, key=_last_place)
        while number < len(self._in_order) and (own := self._in_order[number].numbers(place)):
            leg = self._in_order[number]
            end = self.start_of(leg) + leg.slots_until(own[-1]) * self.unit_of(leg)
            ends.append((leg.block.entries[own[-1]], end))
            number += 1
        return max(ends, key=itemgetter(1), default=None)

    def of_run(self, run: Run) -> int:
        """Return the end of a run."""
        return run.last_opens if self._filled is None else self._filled + run.last_slot

    def of_leg(self, leg: Leg) -> Sequence[int]:
        """Return the end of each entry of a leg."""
        start, unit = self.start_of(leg), self.unit_of(leg)
        return [start + slots * unit for slots in leg.slots()]

    def start_of(self, leg: Leg) -> int:
        """Return the end of an entry that would end in the slot that was being filled before the leg."""
        grid = leg.grid
        if self._filled is None:
            return grid.opens + leg.slot * grid.rate.interval
        return self._filled + grid.number + leg.slot

    def unit_of(self, leg: Leg) -> int:
        """Return by how much an end moves with a slot."""
        return leg.grid.rate.interval if self._filled is None else 1


def _last_place(leg: Leg) -> Place:
    return leg.last.place
