"""How far an ingestion has come."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest_service.domain import Ingestion, Status


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingestion has come.

    The first `released` ids were released; `open` are the numbers of the batches that were released, at least
    in part, and are not finished.
    """

    sequence: int
    ingestion: Ingestion
    released: int
    open: frozenset[int]

    @property
    def status(self) -> Status:
        """The status of the whole ingestion."""
        if self.released == 0:
            return Status.YET_TO_START
        done = self.released == len(self.ingestion.ids) and not self.open
        return Status.COMPLETED if done else Status.TRIGGERED

    def status_of(self, number: int) -> Status:
        """Return the status of one batch."""
        if number in self.open:
            return Status.TRIGGERED
        waits = number * self.ingestion.batch_size >= self.released
        return Status.YET_TO_START if waits else Status.COMPLETED

    def runs(self) -> Iterator[tuple[int, int, Status]]:
        """Yield (start, stop, status) for neighbouring batches of one status, from the first to the last."""
        start = 0
        for number in sorted(self.open):
            yield start, number, Status.COMPLETED
            yield number, number + 1, Status.TRIGGERED
            start = number + 1
        released = -(-self.released // self.ingestion.batch_size)
        yield start, released, Status.COMPLETED
        yield released, self.ingestion.batch_count, Status.YET_TO_START
