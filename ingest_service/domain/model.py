"""The words of the service as plain values: nothing here waits, stores or calls anything."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Self
from uuid import UUID

from ingest_service.domain.packed_ids import PackedIds

SMALLEST_ID = 1
LARGEST_ID = 10**9 + 7
# Ingestions are counted from FIRST_SEQUENCE on; LAST_SEQUENCE is behind everything that was ever accepted.
FIRST_SEQUENCE = 0
LAST_SEQUENCE = 2**62


class Priority(IntEnum):
    """How urgent an ingestion is; the smaller value goes first."""

    HIGH = 0
    MEDIUM = 1
    LOW = 2


class Status(StrEnum):
    """How far a batch, or a whole ingestion, has come. It only ever moves downwards in this list.

    The last two are both final: a batch is cancelled only as long as it has yet to start.
    """

    YET_TO_START = "yet_to_start"
    TRIGGERED = "triggered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Submission:
    """Ids that somebody asks for, and how they are cut into batches.

    `deadline` is the wall clock in nanoseconds by which all are to be called, None if that does not matter.
    """

    id: UUID
    priority: Priority
    batch_size: int
    ids: PackedIds
    deadline: int | None = field(default=None, kw_only=True)

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
        return cls(
            submission.id,
            submission.priority,
            submission.batch_size,
            submission.ids,
            created_at,
            deadline=submission.deadline,
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of an ingestion without reading its ids, which may be a million."""

    id: UUID
    priority: Priority
    batch_size: int
    id_count: int
    created_at: int
    deadline: int | None = None

    @classmethod
    def of(cls, ingestion: Ingestion) -> Self:
        """Leave out the ids."""
        return cls(
            ingestion.id,
            ingestion.priority,
            ingestion.batch_size,
            len(ingestion.ids),
            ingestion.created_at,
            ingestion.deadline,
        )

    @property
    def batch_count(self) -> int:
        """How many batches it is cut into."""
        return -(-self.id_count // self.batch_size)


@dataclass(frozen=True, slots=True)
class Batch:
    """Ids of one batch that are released together: all of them, or those that are still without an outcome.

    `positions` are the places of the ids in the ingestion, ascending. `attempts` counts the calls that each of
    them has had; ids that have had another number of calls are released apart from them.
    """

    sequence: int
    ingestion: Ingestion
    positions: Sequence[int]
    attempts: int

    @property
    def number(self) -> int:
        """The number of the batch in its ingestion, from 0."""
        return self.positions[0] // self.ingestion.batch_size

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids to call, in the order given."""
        return tuple(self.ingestion.ids[position] for position in self.positions)


def batch_id(ingestion_id: UUID, number: int) -> UUID:
    """Return the id of a batch: the ingestion's with its last 32 bits replaced by the batch's number."""
    return UUID(int=ingestion_id.int >> 32 << 32 | number)
