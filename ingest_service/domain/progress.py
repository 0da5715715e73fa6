"""Progress of an ingestion."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice

from ingest_service.domain.model import Ingestion, Status


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of an ingestion.

    The first `released` ids were released; `open` are the numbers of the batches that were released, at least
    in part, and are not finished. Of a cancelled ingestion nothing more is released: `released` then counts
    whole batches, and those past it are cancelled. `created_at` is the wall clock in nanoseconds.
    """

    sequence: int
    ingestion: Ingestion
    created_at: int
    released: int
    open: frozenset[int]
    cancelled: bool = False

    @property
    def status(self) -> Status:
        """Status of the whole ingestion."""
        if self.open:
            return Status.TRIGGERED
        if self.released == self.ingestion.id_count:
            return Status.COMPLETED
        if self.cancelled:
            return Status.CANCELLED
        return Status.TRIGGERED if self.released else Status.YET_TO_START

    @property
    def ended(self) -> bool:
        """True if it never changes again."""
        return self.status in (Status.COMPLETED, Status.CANCELLED)

    def status_of(self, number: int) -> Status:
        """Return the status of one batch."""
        if number in self.open:
            return Status.TRIGGERED
        return self._unreleased if number * self.ingestion.batch_size >= self.released else Status.COMPLETED

    def runs(self) -> Iterator[tuple[int, int, Status]]:
        """Yield (start, stop, status) for neighbouring batches of one status, from the first to the last."""
        start = 0
        for number in sorted(self.open):
            yield start, number, Status.COMPLETED
            yield number, number + 1, Status.TRIGGERED
            start = number + 1
        released = -(-self.released // self.ingestion.batch_size)
        yield start, released, Status.COMPLETED
        yield released, self.ingestion.batch_count, self._unreleased

    def nearest(self, most: int) -> list[int]:
        """Return the numbers of the batches that are nearest to the present, ascending.

        They are the last that ended, the first that are triggered and the next to be released, `most` of each.
        """
        following = -(-self.released // self.ingestion.batch_size)
        ended = (number for number in range(following - 1, -1, -1) if number not in self.open)
        to_come = range(following, min(following + most, self.ingestion.batch_count))
        return sorted({*islice(ended, most), *nsmallest(most, self.open), *to_come})

    def counts(self) -> Counter[Status]:
        """Return the number of batches of each status."""
        counts: Counter[Status] = Counter()
        for start, stop, status in self.runs():
            counts[status] += stop - start
        return counts

    @property
    def done(self) -> int:
        """Number of the ids in batches that are completed."""
        size, count = self.ingestion.batch_size, self.ingestion.id_count
        completed = [(start, stop) for start, stop, status in self.runs() if status is Status.COMPLETED]
        return sum(min(stop * size, count) - start * size for start, stop in completed if start < stop)

    @property
    def _unreleased(self) -> Status:
        return Status.CANCELLED if self.cancelled else Status.YET_TO_START
