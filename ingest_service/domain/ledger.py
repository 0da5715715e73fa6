"""What the ledger records: slots, the calls made in them, what came of each id, and what moved an end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar
from uuid import UUID

from ingest_service.domain.model import Batch, Priority

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slot:
    """One opening of the rate limit, the batches that start in it and their ids, in the order of the batches.

    `opened` is nanoseconds on the monotonic clock of the boot named `boot`; `opened_at` is the wall clock.
    """

    number: int
    boot: str
    opened: int
    opened_at: int
    batches: tuple[Batch, ...]
    ids: tuple[int, ...]

    def by_batch(self, things: Sequence[T]) -> Iterator[tuple[Batch, list[T]]]:
        """Yield each batch with its share of `things`, of which there is one for each id, in order."""
        remaining = iter(things)
        for batch in self.batches:
            yield batch, list(islice(remaining, len(batch.positions)))


@dataclass(frozen=True, slots=True)
class Answer:
    """What one upstream call brought: a result (JSON text on one line), or the sentence of an `error`.

    `status` is the HTTP status, if there was one. An error may pass (`retryable`) or is final. `pause` is how
    many nanoseconds the upstream asks everybody to stay away.
    """

    result: str | None = None
    error: str | None = None
    status: int | None = None
    retryable: bool = False
    pause: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One upstream call and its answer.

    `started` is nanoseconds on the monotonic clock: the latest time at which the call may have begun for the
    upstream, for the next slot is paced from it.
    """

    started: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one id in the end, after so many attempts: a result (JSON text), or a sentence of error."""

    record_id: int
    result: str | None = None
    error: str | None = None
    attempts: int = 1
    last_status: int | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """An id without an outcome yet: it is called again from `due` on (monotonic; `due_at` on the wall clock)."""

    attempts: int
    due: int
    due_at: int


Verdict = Outcome | Retry


@dataclass(frozen=True, slots=True)
class LastSlot:
    """What the ledger proves of the last slot.

    `started` is when the last of its calls started, or None while the slot is open: then nobody knows.
    `trusted` says that the ledger is the one this machine wrote last, not a copy or a restored backup.
    """

    number: int
    boot: str
    started: int | None
    trusted: bool


@dataclass(frozen=True, slots=True)
class LedgerSummary:
    """What the ledger tells of one ingestion: times are of the wall clock, None for what has not happened.

    `started_at` is when the first of its slots opened, `ended_at` when the last one so far was closed.
    """

    failed: int
    slots_used: int
    started_at: int | None
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class BatchHistory:
    """What the ledger tells of a batch: in how many slots it was called, and when (wall clock).

    `ended_at` is when the last of these slots was closed, None while it is open.
    """

    number: int
    attempts: int
    started_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class SlotRecord:
    """What the ledger tells of a slot: `calls` are (ingestion id, number of the batch, record id), in order."""

    number: int
    opened_at: int
    closed_at: int | None
    calls: tuple[tuple[UUID, int, int], ...]


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """How an ingestion stands in the store: its first `released` ids were released (see Progress)."""

    priority: Priority
    released: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Slip:
    """The end of an ingestion moved back, by so many slots or nanoseconds, because of `cause` (at, wall clock)."""

    at: int
    slots: int
    nanoseconds: int
    cause: str
