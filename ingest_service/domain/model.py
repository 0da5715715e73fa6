"""Submissions, ingestions and batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from random import Random
from typing import Self
from uuid import UUID

from ingest_service.domain.packed_ids import PackedIds

SMALLEST_ID = 1
LARGEST_ID = 10**9 + 7
# Ingestions are counted from FIRST_SEQUENCE on; LAST_SEQUENCE is behind everything that was ever accepted.
FIRST_SEQUENCE = 0
LAST_SEQUENCE = 2**62
# One of our own, seeded by the system: a program that seeds the module's would make the same ids again.
_RANDOM = Random()  # noqa: S311 - an id is no secret: all are listed for anyone


class Priority(IntEnum):
    """Urgency of an ingestion; the smaller value goes first."""

    HIGH = 0
    MEDIUM = 1
    LOW = 2


class Status(StrEnum):
    """State of a batch or of a whole ingestion. It only ever moves downwards in this list.

    The last two are both final: only a batch that has yet to start can be cancelled.
    """

    YET_TO_START = "yet_to_start"
    TRIGGERED = "triggered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Submission:
    """Ids to be called, not accepted yet, and the size of the batches they are cut into.

    `deadline` is the time (wall clock, nanoseconds) by which all are to be completed, None without one. `origin`
    says what a client asked for if it did not send these ids itself: two of one origin are the same submission.
    """

    id: UUID
    priority: Priority
    batch_size: int
    ids: PackedIds
    deadline: int | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Ingestion:
    """An accepted submission without its ids, which may be a million.

    `number` is its id as a number: very many may wait, and each UUID would take 64 bytes more. The time at which
    it was accepted is only shown, and so belongs to its progress.
    """

    number: int
    priority: Priority
    batch_size: int
    id_count: int
    deadline: int | None = None

    @classmethod
    def of(cls, submission: Submission) -> Self:
        """Accept a submission."""
        return cls(
            submission.id.int,
            submission.priority,
            submission.batch_size,
            len(submission.ids),
            submission.deadline,
        )

    @property
    def id(self) -> UUID:
        """Id of the ingestion."""
        return UUID(int=self.number)

    @property
    def batch_count(self) -> int:
        """Number of batches it is cut into."""
        return -(-self.id_count // self.batch_size)


@dataclass(frozen=True, slots=True)
class Batch:
    """Places of the ids of one batch that are released together: all, or those still without an outcome.

    `positions` are the places of the ids in the ingestion, ascending. `attempts` counts the calls that each of
    them has had; ids that have had another number of calls are released apart from them.
    """

    sequence: int
    ingestion: Ingestion
    positions: Sequence[int]
    attempts: int

    @property
    def number(self) -> int:
        """Number of the batch in its ingestion, from 0."""
        return self.positions[0] // self.ingestion.batch_size


def new_id() -> UUID:
    """Return the id of a new ingestion: random, like that of uuid4, which asks the system each time.

    Python lets another thread run meanwhile, and a busy service then waits for its turn.
    """
    return UUID(int=_RANDOM.getrandbits(128), version=4)


def batch_id(ingestion_id: UUID, number: int) -> UUID:
    """Return the id of a batch: the ingestion's with its last 32 bits replaced by the batch's number."""
    return UUID(int=ingestion_id.int >> 32 << 32 | number)
