"""The words of the service as plain values: nothing here waits, stores or calls anything."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import Self
from uuid import UUID

from ingest_service.packed_ids import PackedIds

SMALLEST_ID = 1
LARGEST_ID = 10**9 + 7


class Priority(IntEnum):
    """How urgent an ingestion is; the smaller value goes first."""

    HIGH = 0
    MEDIUM = 1
    LOW = 2


class Status(StrEnum):
    """How far a batch, or a whole ingestion, has come. It only ever moves downwards in this list."""

    YET_TO_START = "yet_to_start"
    TRIGGERED = "triggered"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Submission:
    """Ids that somebody asks for, and how they are cut into batches."""

    id: UUID
    priority: Priority
    batch_size: int
    ids: PackedIds

    @property
    def batch_count(self) -> int:
        """How many batches it is cut into."""
        return -(-len(self.ids) // self.batch_size)


@dataclass(frozen=True, slots=True)
class Ingestion(Submission):
    """An accepted submission. `created_at` is the wall clock in nanoseconds, for display only."""

    created_at: int

    @classmethod
    def of(cls, submission: Submission, created_at: int) -> Self:
        """Accept a submission."""
        return cls(submission.id, submission.priority, submission.batch_size, submission.ids, created_at)


@dataclass(frozen=True, slots=True)
class Batch:
    """Neighbouring ids of one ingestion that are released together; `first` is the position of the first."""

    sequence: int
    number: int
    first: int
    ids: tuple[int, ...]


@dataclass(frozen=True, order=True, slots=True)
class Entry:
    """A run of waiting batches of one ingestion, `number` up to but not including `end`, in its place.

    Entries order by (priority, sequence, number). `sequence` counts the accepted ingestions, so it stands
    for the created time and has no ties; the ingestion itself is never compared.
    """

    priority: Priority
    sequence: int
    number: int
    end: int = field(compare=False)
    ingestion: Ingestion = field(compare=False)

    @property
    def next_size(self) -> int:
        """How many ids its next batch has."""
        size = self.ingestion.batch_size
        return min(size, len(self.ingestion.ids) - self.number * size)

    def next_batch(self) -> Batch:
        """Return the batch that is released next."""
        first = self.number * self.ingestion.batch_size
        ids = self.ingestion.ids.span(first, first + self.next_size)
        return Batch(self.sequence, self.number, first, ids)

    def rest(self) -> Self | None:
        """Return what waits after the next batch is released, None if nothing does."""
        return replace(self, number=self.number + 1) if self.number + 1 < self.end else None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingestion has come: batches below `released` were released, those in `open` not finished."""

    ingestion: Ingestion
    released: int
    open: frozenset[int]

    @property
    def status(self) -> Status:
        """The status of the whole ingestion."""
        if self.released == 0:
            return Status.YET_TO_START
        done = self.released == self.ingestion.batch_count and not self.open
        return Status.COMPLETED if done else Status.TRIGGERED

    def runs(self) -> Iterator[tuple[int, int, Status]]:
        """Yield (start, stop, status) for neighbouring batches of one status, from the first to the last."""
        start = 0
        for number in sorted(self.open):
            yield start, number, Status.COMPLETED
            yield number, number + 1, Status.TRIGGERED
            start = number + 1
        yield start, self.released, Status.COMPLETED
        yield self.released, self.ingestion.batch_count, Status.YET_TO_START


def batch_id(ingestion_id: UUID, number: int) -> UUID:
    """Return the id of a batch: the ingestion's with its last 32 bits replaced by the batch's number."""
    return UUID(int=ingestion_id.int >> 32 << 32 | number)
