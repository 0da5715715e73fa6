"""The depth of the backlog."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise

from ingest_service.domain.block import Block, depths_of
from ingest_service.domain.entry import Place
from ingest_service.domain.model import Priority
from ingest_service.domain.ordered_entries import OrderedEntries, WaitingEntries
from ingest_service.domain.queue_depth import QueueDepth

Depths = Mapping[Priority, QueueDepth]


def depth_by_priority(waiting: WaitingEntries) -> Depths:
    """Return the depth of each priority. The cost grows with the blocks, and with the entries that join later."""
    in_both = {entry.place for entry in waiting.later if waiting.now.of_ingestion(entry.place)}
    parts = [block.depths for block in waiting.now.blocks]
    return _sum([*parts, depths_of(waiting.later)], chain(_in_two_blocks(waiting.now.blocks), in_both))


def depth_before(entries: OrderedEntries, place: Place) -> Depths:
    """Return the depth of each priority before a place. The cost grows with the blocks before it."""
    blocks, part = entries.before(place)
    parts = [block.depths for block in blocks]
    if not part:
        return _sum(parts, _in_two_blocks(blocks))
    return _sum([*parts, depths_of(part)], _in_two_blocks([*blocks, Block(part)]))


def _in_two_blocks(blocks: Sequence[Block]) -> Iterator[Place]:
    """Yield the places of the ingestions that two neighbouring blocks have."""
    return (one.last_place for one, other in pairwise(blocks) if one.last_place == other.first_place)


def _sum(parts: Iterable[Depths], counted_twice: Iterable[Place]) -> Depths:
    sums = {priority: [0, 0, 0] for priority in Priority}
    for depths in parts:
        for priority, depth in depths.items():
            of_one = sums[priority]
            of_one[0] += depth.ingestions
            of_one[1] += depth.batches
            of_one[2] += depth.ids
    for number, _ in counted_twice:
        sums[Priority(number)][0] -= 1
    return {priority: QueueDepth(*of_one) for priority, of_one in sums.items()}
