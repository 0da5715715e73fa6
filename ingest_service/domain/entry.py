"""What waits of an ingestion, in its place."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from ingest_service.domain.model import Batch, Ingestion, Priority


@dataclass(frozen=True, order=True, slots=True)
class Entry:
    """Ids of one ingestion that wait to be released, in their place.

    Entries order by (priority, sequence, first position). `sequence` counts the accepted ingestions, so it
    stands for the created time and has no ties; the ingestion itself is never compared. `positions` is a
    range over any number of batches, or the ids of one batch that are to be called again.
    """

    priority: Priority
    sequence: int
    first: int
    positions: Sequence[int] = field(compare=False)
    attempts: int = field(compare=False)
    ingestion: Ingestion = field(compare=False)

    @classmethod
    def of(cls, sequence: int, ingestion: Ingestion, positions: Sequence[int], attempts: int = 0) -> Self:
        """Let these positions of an ingestion wait."""
        return cls(ingestion.priority, sequence, positions[0], positions, attempts, ingestion)

    @property
    def next_size(self) -> int:
        """How many ids its next batch has."""
        size = self.ingestion.batch_size
        return bisect_left(self.positions, (self.first // size + 1) * size)

    @property
    def largest_size(self) -> int:
        """How many ids its largest batch has; the next one may be the rest of a batch."""
        return max(self.next_size, min(self.ingestion.batch_size, len(self.positions) - self.next_size))

    @property
    def batch_count(self) -> int:
        """How many batches wait in it, in whole or in part."""
        size = self.ingestion.batch_size
        return self.positions[-1] // size - self.first // size + 1

    def of_priority(self, priority: Priority) -> Self:
        """Return what waits in another place."""
        return replace(self, priority=priority, ingestion=replace(self.ingestion, priority=priority))

    def split(self, count: int) -> tuple[Batch, Self | None]:
        """Cut off the first `count` ids, which are of one batch; return them and what waits after them."""
        batch = Batch(self.sequence, self.ingestion, self.positions[:count], self.attempts)
        return batch, self.after(count)

    def after(self, count: int) -> Self | None:
        """Return what waits after the first `count` ids, None if nothing does."""
        left = self.positions[count:]
        return replace(self, first=left[0], positions=left) if left else None
