"""Slots that are filled with neighbouring entries."""

from array import array
from collections.abc import Iterable, Sequence

from ingest_service.backlog.packing import Packing, after_entry
from ingest_service.domain.block import Block, Entrance, Passage
from ingest_service.domain.entry import Entry
from ingest_service.domain.rate import RateLimit

# The most passages that a block keeps: with slots of three ids there are no more. Each is a few kilobytes.
MOST_PASSAGES = 4
# Of four bytes, for slots and rooms.
_NUMBER = "I"


def through(block: Block, rate: RateLimit, room: int) -> tuple[int, int]:
    """Return how many slots are begun for a whole block, from this room on, and the room in the last one."""
    if rate.fills:
        packing = Packing(rate.slot_size, rate.fills, 0, room)
        packing.add(block.ids, 1)
        return packing.slot, packing.room
    passage = _passage(block, (rate.slot_size, rate.fills, room))
    return passage.slots[-1], passage.rooms[-1]


def passage_from(block: Block, start: int, rate: RateLimit, room: int) -> Passage:
    """Return the passage through the entries from `start` on, with this room before the first of them.

    It is one that the block keeps, if there is one that has the same room at `start`. What it tells of earlier
    entries means nothing.
    """
    entrance = rate.slot_size, rate.fills, room
    if start == 0:
        return _passage(block, entrance)
    for passage in _alike(block, entrance):
        if passage.rooms[start] == room:
            return passage
    return _filled(start, block.entries[start:], entrance, [])


def _passage(block: Block, entrance: Entrance) -> Passage:
    """Return the passage through a whole block. The block keeps it, in place of the oldest one."""
    found = block.passages.get(entrance)
    if found is None:
        found = _filled(0, block.entries, entrance, _alike(block, entrance))
        for oldest in list(block.passages)[: 1 - MOST_PASSAGES]:
            block.passages.pop(oldest, None)
        block.passages[entrance] = found
    return found


def _alike(block: Block, entrance: Entrance) -> list[Passage]:
    """Return the passages that a block keeps for the same slots."""
    return [passage for (*slots, _), passage in list(block.passages.items()) if (*slots,) == entrance[:2]]


def _filled(before: int, entries: Sequence[Entry], entrance: Entrance, known: Iterable[Passage]) -> Passage:
    """Fill slots with entries, up to where a known passage has the same room: then it goes on like that.

    The passage tells nothing of the `before` entries of the block that go before them.
    """
    slots, rooms = (array(_NUMBER, bytes(4 * before)) for _ in range(2))
    slot, (slot_size, fills, room) = 0, entrance
    for entry in entries:
        slots.append(slot)
        rooms.append(room)
        size = entry.ingestion.batch_size
        begun, room = after_entry(slot_size, fills, room, entry.next_size, size, len(entry.positions))
        slot, here = slot + begun, len(rooms)
        for one in known:
            if one.rooms[here] == room:
                more = slot - one.slots[here]
                slots.extend([slots_before + more for slots_before in one.slots[here:]])
                rooms.extend(one.rooms[here:])
                return Passage(slots, rooms)
    slots.append(slot)
    rooms.append(room)
    return Passage(slots, rooms)
