"""The number of ids that each of the slots to come carries, where nothing joins any more."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from ingest_service.backlog.packing import groups
from ingest_service.domain.block import Block, Repeated, Shape, Sizes, shape_of
from ingest_service.domain.entry import Entry
from ingest_service.domain.rate import RateLimit
from ingest_service.schedule.simulated_queue import SimulatedQueue

# Neighbouring slots with the same number of ids: slots, and ids in each.
Alike = tuple[int, int]
# A longer pattern is stepped through each time that it comes.
LONGEST_PATTERN = 64
# The most sizes that a block keeps.
_MOST_SIZES = 4


def slot_sizes(queue: SimulatedQueue, rate: RateLimit) -> Iterator[Repeated]:
    """Yield the sizes of the slots that all of the queue is put into, from a fresh one on. Empties the queue.

    The cost grows with the blocks, and with the entries of those that were not asked before.
    """
    return _merged(_full(queue, rate) if rate.fills else _with_whole_batches(queue, rate.slot_size))


def _full(queue: SimulatedQueue, rate: RateLimit) -> Iterator[Repeated]:
    ids = sum(part.ids if isinstance(part, Block) else len(part.positions) for part in _parts(queue))
    slots, rest = divmod(ids, rate.slot_size)
    if slots:
        yield slots, (rate.slot_size,)
    if rest:
        yield 1, (rest,)


def _with_whole_batches(queue: SimulatedQueue, slot_size: int) -> Iterator[Repeated]:
    room = slot_size
    for part in _parts(queue):
        if isinstance(part, Block):
            sizes, room = _of_block(part, slot_size, room)
            yield from sizes
        else:
            slots, room = _of_entry(slot_size, room, *shape_of(part))
            yield from _repeated(1, [slots])
    if room < slot_size:
        yield 1, (slot_size - room,)


def _parts(queue: SimulatedQueue) -> Iterator[Block | Entry]:
    """Yield all of a queue in order, in whole blocks where that is possible."""
    while True:
        yield from _whole_blocks(queue)
        entry = queue.pop()
        if entry is None:
            return
        yield entry


def _whole_blocks(queue: SimulatedQueue) -> Sequence[Block]:
    """Remove and return the blocks that go next as a whole, if there are any."""
    blocks = queue.unread_blocks()
    queue.skip(len(blocks))
    return blocks


def _of_block(block: Block, slot_size: int, room: int) -> tuple[Sizes, int]:
    """Return the slots that are full after the entries of a block, from this room on, and the room in the next."""
    found = block.sizes.get((slot_size, room))
    if found is None:
        found = _found(block, slot_size, room)
        for oldest in list(block.sizes)[: 1 - _MOST_SIZES]:
            block.sizes.pop(oldest, None)
        block.sizes[slot_size, room] = found
    return found


def _found(block: Block, slot_size: int, room: int) -> tuple[Sizes, int]:
    sizes: list[Repeated] = []
    for shape, count in block.shapes:
        slots, room = _of_alike(shape, count, slot_size, room)
        sizes += slots
    return tuple(_merged(sizes)), room


def _of_alike(shape: Shape, count: int, slot_size: int, room: int) -> tuple[list[Repeated], int]:
    """Return the same for `count` entries that are alike: once a room comes again, so do their slots."""
    rooms, each = dict[int, int](), list[tuple[Alike, ...]]()
    while len(each) < count and room not in rooms:
        rooms[room] = len(each)
        slots, room = _of_entry(slot_size, room, *shape)
        each.append(slots)
    if len(each) == count:
        return [*_repeated(1, each)], room
    first = rooms[room]
    times, rest = divmod(count - first, len(each) - first)
    parts = (1, each[:first]), (times, each[first:]), (1, each[first : first + rest])
    return [one for part in parts for one in _repeated(*part)], list(rooms)[first + rest]


@lru_cache(maxsize=4096)
def _of_entry(slot_size: int, room: int, first_size: int, size: int, count: int) -> tuple[tuple[Alike, ...], int]:
    """Return the slots that nothing more fits into after an entry, and the room in the one after them."""
    slots: list[Alike] = []
    for batches, each in groups(first_size, size, count):
        if batches == 0:
            continue
        here = min(batches, room // each)
        room, batches = room - here * each, batches - here
        if batches:
            slots.append((1, slot_size - room))
            whole, last = divmod(batches - 1, slot_size // each)
            if whole:
                slots.append((whole, slot_size // each * each))
            room = slot_size - (last + 1) * each
    return tuple(slots), room


def _repeated(times: int, each: Sequence[Iterable[Alike]]) -> Iterator[Repeated]:
    """Yield the slots of entries, again and again: `times` in all."""
    slots = [alike for one in each for alike in one]
    if times > 1 and sum(count for count, _ in slots) <= LONGEST_PATTERN:
        pattern = tuple(ids for count, ids in slots for _ in range(count))
        alike = len(set(pattern)) == 1
        yield (times * len(pattern), pattern[:1]) if alike else (times, pattern)
        return
    for _ in range(times):
        for count, ids in slots:
            yield count, (ids,)


def _merged(sizes: Iterable[Repeated]) -> Iterator[Repeated]:
    """Yield the same, with neighbours that are alike as one, and few slots together with those beside them."""
    few = list[int]()
    for times, pattern in _joined(sizes):
        if times * len(pattern) <= LONGEST_PATTERN or times == 1:
            few.extend(pattern * times)
            continue
        if few:
            yield 1, tuple(few)
            few.clear()
        yield times, pattern
    if few:
        yield 1, tuple(few)


def _joined(sizes: Iterable[Repeated]) -> Iterator[Repeated]:
    """Yield the same, with neighbours that are alike as one."""
    for pattern, alike in groupby(sizes, itemgetter(1)):
        yield sum(times for times, _ in alike), pattern
