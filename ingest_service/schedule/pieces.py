"""All that runs, by arithmetic: the cost grows with the blocks of the backlog, not with their entries."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from ingest_service.domain.block import Block
from ingest_service.domain.rate import RateLimit
from ingest_service.schedule.legs import Leg, Stretch
from ingest_service.schedule.openings import EvenOpenings, Openings
from ingest_service.schedule.passages import passage_from, through
from ingest_service.schedule.runs import Run, SlotGrid
from ingest_service.schedule.simulated_queue import SimulatedQueue

Piece = Stretch | Leg | Run


def pieces_of(queue: SimulatedQueue, rate: RateLimit, number: int, openings: Openings) -> Iterator[Piece]:
    """Yield all that runs in the order of the slots: by the block, and a run for what does not run as a whole.

    The next slot has this number; it opens then, or when the first entry joins. Where slots are not even, no entry
    joins any more. Empties the queue.
    """
    grid = SlotGrid(rate, number, openings)
    if openings.is_even:
        queue.join_ready(openings.of(number))
    while True:
        yield from _undivided(queue, grid)
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
            grid = SlotGrid(rate, number, EvenOpenings(number, opens, rate.interval))
            queue.join_ready(opens)
        else:
            return


def _undivided(queue: SimulatedQueue, grid: SlotGrid) -> Iterator[Stretch | Leg]:
    """Yield the entries that go next, up to the first that does not end before another entry joins."""
    limit = grid.limit(queue.next_join)
    while (part := queue.unread()) is not None:
        block, start, stop = part
        whole = _stretch(queue.unread_blocks(), grid, limit)
        if whole is not None:
            queue.skip(len(whole.blocks))
            yield whole
            continue
        leg = _leg(block, start, stop, grid, limit)
        if leg is not None:
            queue.move_to(leg.stop)
            yield leg
        if leg is None or leg.stop < stop:
            return


def _stretch(blocks: Sequence[Block], grid: SlotGrid, limit: int | None) -> Stretch | None:
    """Put blocks into the slots, up to the first that does not wholly go before the slot `limit`."""
    rate, slot, room = grid.rate, grid.packing.slot, grid.packing.room
    slots, rooms = [slot], [room]
    for block in blocks:
        begun, room = through(block, rate, room)
        slot += begun
        if limit is not None and slot >= limit:
            break
        slots.append(slot)
        rooms.append(room)
    if len(slots) == 1:
        return None
    grid.packing.slot, grid.packing.room = slots[-1], rooms[-1]
    return Stretch(grid, blocks[: len(slots) - 1], slots, rooms)


def _leg(block: Block, start: int, stop: int, grid: SlotGrid, limit: int | None) -> Leg | None:
    """Put entries of a block into the slots, up to the first that does not wholly go before the slot `limit`."""
    packing = grid.packing
    passage = passage_from(block, start, grid.rate, packing.room)
    before = packing.slot - passage.slots[start]
    if limit is not None:
        stop = min(stop, bisect_left(passage.slots, limit - before, start + 1) - 1)
    if stop == start:
        return None
    leg = Leg(grid, block, start, stop, packing.slot, packing.room)
    packing.slot, packing.room = before + passage.slots[stop], passage.rooms[stop]
    return leg
