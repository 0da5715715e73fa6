"""The place of an ingestion in the backlog."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import Self

from ingest_service.domain.model import Batch, Ingestion, Priority

# The place of an ingestion in the order: its priority and its sequence.
Place = tuple[int, int]
# Most ingestions are of few sizes: all of one size that wait whole share one range of positions.
positions_between = lru_cache(maxsize=1024)(range)


@dataclass(frozen=True, order=True, slots=True)
class Entry:
    """Ids of one ingestion that wait to be released, in their place.

    Entries order by (priority, sequence, first position): by the fields that are compared, as they follow each
    other here. `sequence` counts the accepted ingestions, so it stands for the created time and has no ties; the
    ingestion itself is never compared. `positions` is a range over any number of batches, or the ids of one batch
    that are to be called again. `ready` (monotonic nanoseconds of the machine that holds the entry) is the time
    from which a slot may open for it.
    """

    priority: Priority
    sequence: int
    first: int
    positions: Sequence[int] = field(compare=False)
    attempts: int = field(compare=False)
    ingestion: Ingestion = field(compare=False)
    ready: int = field(default=0, compare=False)

    @classmethod
    def of(
        cls, sequence: int, ingestion: Ingestion, positions: Sequence[int], attempts: int = 0, ready: int = 0
    ) -> Self:
        """Return the entry of these positions of an ingestion."""
        return cls(ingestion.priority, sequence, positions[0], positions, attempts, ingestion, ready)

    @classmethod
    def whole(cls, sequence: int, ingestion: Ingestion, ready: int = 0) -> Self:
        """Return the entry of all ids of an ingestion."""
        return cls.of(sequence, ingestion, positions_between(0, ingestion.id_count), ready=ready)

    @property
    def place(self) -> Place:
        """Place of its ingestion in the order."""
        return self.priority, self.sequence

    @property
    def next_size(self) -> int:
        """Number of ids in its next batch."""
        size = self.ingestion.batch_size
        # The ids of one batch that are called again are no more than the rest of that batch.
        return min(len(self.positions), size - self.first % size)

    @property
    def largest_size(self) -> int:
        """Number of ids in its largest batch; the next one may be the rest of a batch."""
        return max(self.next_size, min(self.ingestion.batch_size, len(self.positions) - self.next_size))

    @property
    def batch_count(self) -> int:
        """Number of batches that wait in it, in whole or in part."""
        size = self.ingestion.batch_size
        return self.positions[-1] // size - self.first // size + 1

    def batch_sizes(self) -> Iterator[tuple[int, int]]:
        """Yield (batches, size) of neighbouring batches: the next one, the whole ones, and the rest."""
        first, size = self.next_size, self.ingestion.batch_size
        yield 1, first
        whole, rest = divmod(len(self.positions) - first, size)
        if whole:
            yield whole, size
        if rest:
            yield 1, rest

    def of_priority(self, priority: Priority) -> Self:
        """Return the same entry with another priority."""
        return replace(self, priority=priority, ingestion=replace(self.ingestion, priority=priority))

    def split(self, count: int) -> tuple[Batch, Self | None]:
        """Cut off the first `count` ids, which are of one batch; return them and the rest."""
        batch = Batch(self.sequence, self.ingestion, self.positions[:count], self.attempts)
        return batch, self.after(count)

    def after(self, count: int) -> Self | None:
        """Return the entry after its first `count` ids, None if nothing is left."""
        left = self.positions[count:]
        return replace(self, first=left[0], positions=left) if left else None


# The order of entries as a key: comparing keys is several times faster than comparing entries.
in_order = attrgetter(*(part.name for part in fields(Entry) if part.compare))
