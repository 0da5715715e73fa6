"""The ingestions that end later in one schedule than in another."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

from ingest_service.domain.block import Block
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
        self._divided = sorted(before.divided | after.divided)

    def behind(self, place: Place = FIRST_PLACE, least: int = 1) -> Iterator[Moved]:
        """Yield those at this place and behind it that end later by `least` or more, in their order.

        Of the block in which the place is, those before it may come, too.
        """
        loose = sorted(self._loose(place, least), key=_place)
        done = 0
        for block, moved in self._shared(place, least):
            if done < len(loose) and _place(loose[done]) < block.first_place:
                ahead = bisect_left(loose, block.first_place, key=_place)
                yield Moved.of(loose[done:ahead], least)
                done = ahead
            yield moved
        yield Moved.of(loose[done:], least)

    def _shared(self, place: Place, least: int) -> Iterator[tuple[Block, Moved]]:
        """Yield what moved of each block that both schedules have, but for those before the place."""
        twins = self._before.blocks
        for key, (stretch, number, end, room) in self._after.blocks.items():
            if (twin := twins.get(key)) is None:
                continue
            before, its_number, its_end, its_room = twin
            block, by = stretch.blocks[number], end - its_end
            is_alike = room == its_room and self._after.is_even(stretch.grid) and self._before.is_even(before.grid)
            if (is_alike and max(0, by) < least) or block.last_place < place:
                continue
            if is_alike and len(block.entries) == block.ingestions and not self._divided_in(block):
                yield block, Moved(block.entries, max(0, by))
            else:
                own = self._own(block, before.leg(its_number), stretch.leg(number))
                yield block, Moved.of(own, least)

    def _own(self, block: Block, twin: Leg, leg: Leg) -> Iterator[tuple[Waiting, int]]:
        """Yield the ingestions that are wholly in a block, and by how much each ends later."""
        divided, earlier, later = self._divided_in(block), self._before.ends_of(twin), self._after.ends_of(leg)
        moves = ((entry, end - its_end) for (entry, end), (_, its_end) in zip(later, earlier, strict=True))
        lasts = {entry.place: (entry, moved) for entry, moved in moves}
        return (last for place, last in lasts.items() if place not in divided)

    def _divided_in(self, block: Block) -> Sequence[Place]:
        """Return the places in a block whose ingestions may not be wholly in it."""
        low = bisect_left(self._divided, block.first_place)
        return self._divided[low : bisect_right(self._divided, block.last_place)]

    def _loose(self, place: Place, least: int) -> Iterator[tuple[Waiting, int]]:
        """Yield the others that end later, in any order, and by how much."""
        earlier = {one.sequence: end for one, end in self._others(self._before, self._after)}
        later = {one.sequence: (one, end) for one, end in self._others(self._after, self._before)}
        for sequence in earlier.keys() & later:
            one, end = later[sequence]
            by = max(0, end - earlier[sequence])
            if by >= least and one.place >= place:
                yield one, by

    def _others(self, ends: Ends, other: Ends) -> Iterator[tuple[Waiting, int]]:
        """Yield what is not in a block that both have, with its end; the last end of an ingestion comes last."""
        for leg in ends.legs:
            yield from ends.ends_of(leg)
        for key, (stretch, number, *_) in ends.blocks.items():
            if key not in other.blocks:
                yield from ends.ends_of(stretch.leg(number))
        for place in self._divided:
            found = ends.of(place)
            if found is not None:
                yield found


def _place(of_one: tuple[Waiting, int]) -> Place:
    return of_one[0].place
