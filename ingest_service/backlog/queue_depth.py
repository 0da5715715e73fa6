"""The depth of the backlog."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Priority


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """Ingestions, batches and ids of one priority that wait; a batch that waits in two parts counts twice."""

    ingestions: int
    batches: int
    ids: int


def depth_by_priority(entries: Iterable[Entry]) -> Mapping[Priority, QueueDepth]:
    """Return the depth of each priority. The cost grows with the entries, not with their ids."""
    # Lists, for an enumeration is slow as a key and there may be very many entries.
    ingestions: list[set[int]] = [set() for _ in Priority]
    batches, ids = [0] * len(Priority), [0] * len(Priority)
    for entry in entries:
        ingestions[entry.priority].add(entry.sequence)
        batches[entry.priority] += entry.batch_count
        ids[entry.priority] += len(entry.positions)
    return {p: QueueDepth(len(ingestions[p]), batches[p], ids[p]) for p in Priority}
