"""What ends later in one schedule than in another."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

from ingest_service.domain.entry import Place
from ingest_service.schedule.ends import Ends, Waiting
from ingest_service.schedule.legs import Leg

FIRST_PLACE: Place = (0, 0)


class Moved(NamedTuple):
    """Ingestions, and by how much they end later: all by the same, or each by its own."""

    ones: Sequence[Waiting]
    by: int | Sequence[int]

    @classmethod
    def of(cls, pairs: Iterable[tuple[Waiting, int]], least: int) -> "Moved":
        """Return those that end later by `least` or more; none ends later by less than 0."""
        kept = [(one, max(0, by)) for one, by in pairs if max(0, by) >= least]
        return cls([one for one, _ in kept], [by for _, by in kept])

    def each(self) -> Iterator[tuple[Waiting, int]]:
        """Yield each ingestion with its own."""
        return zip(self.ones, repeat(self.by) if isinstance(self.by, int) else self.by, strict=False)


class Moves:
    """The ingestions that wait in two schedules, and by how much they end later in the second one.

    Blocks that both schedules share are compared as a whole: where they are entered alike, nothing of them moved,
    and with the same room in another slot, everything of them moved alike. Only the rest is looked at one by one.
    """

    def __init__(self, before: Ends, after: Ends) -> None:
        self._before = before
        self._after = after
        self._apart = sorted(before.apart | after.apart)

    def behind(self, place: Place = FIRST_PLACE, least: int = 1) -> Iterator[Moved]:
        """Yield those at this place and behind it that end later by `least` or more, in their order."""
        loose = sorted(self._loose(place), key=_place)
        done = 0
        for key, leg in self._after.legs.items():
            twin = self._before.legs.get(key)
            if twin is None or leg.last.place < place:
                continue
            moved = self._shared(twin, leg, least)
            if moved.ones:
                ahead = bisect_left(loose, leg.first.place, done, key=_place)
                yield Moved.of(loose[done:ahead], least)
                yield moved
                done = ahead
        yield Moved.of(loose[done:], least)

    def _shared(self, twin: Leg, leg: Leg, least: int) -> Moved:
        """Compare a leg that both have, but for the ingestions that are not wholly in it."""
        by = self._after.start_of(leg) - self._before.start_of(twin)
        is_alike = twin.room == leg.room
        if is_alike and max(0, by) < least:
            return Moved((), 0)
        if is_alike and leg.block.ingestions == len(leg.block) and not self._apart_in(leg):
            return Moved(leg.entries, max(0, by))
        unit = self._after.unit_of(leg)
        slots = zip(twin.slots(), leg.slots(), strict=True)
        moves = (by + (later - earlier) * unit for earlier, later in slots)
        return Moved.of(self._wholly_in(leg, moves), least)

    def _apart_in(self, leg: Leg) -> set[Place]:
        """Return the places of the ingestions of a leg that are not wholly in it."""
        low, high = bisect_left(self._apart, leg.first.place), bisect_right(self._apart, leg.last.place)
        return set(self._apart[low:high])

    def _wholly_in(self, leg: Leg, values: Iterable[int]) -> Iterator[tuple[Waiting, int]]:
        """Yield the ingestions that are wholly in a leg, with the value of their last entry there."""
        lasts = {entry.place: (entry, value) for entry, value in zip(leg.entries, values, strict=True)}
        apart = self._apart_in(leg)
        return (last for place, last in lasts.items() if place not in apart)

    def _loose(self, least_place: Place) -> Iterator[tuple[Waiting, int]]:
        """Yield the others that wait in both schedules, and by how much they end later."""
        earlier = {one.sequence: end for one, end in self._others(self._before, self._after)}
        later = {one.sequence: (one, end) for one, end in self._others(self._after, self._before)}
        for sequence, (one, end) in later.items():
            if sequence in earlier and one.place >= least_place:
                yield one, end - earlier[sequence]

    def _others(self, ends: Ends, other: Ends) -> Iterator[tuple[Waiting, int]]:
        """Yield what is not in a shared leg, with its end; the last end of an ingestion comes last."""
        for key, leg in ends.legs.items():
            if key not in other.legs:
                yield from zip(leg.entries, ends.of_leg(leg), strict=True)
        for place in self._apart:
            found = ends.of(place)
            if found is not None:
                yield found


def _place(of_one: tuple[Waiting, int]) -> Place:
    return of_one[0].place
