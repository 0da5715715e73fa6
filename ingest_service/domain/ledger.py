"""Records of the ledger: slots, the calls made in them, outcomes, and slips."""

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

    `opened` is nanoseconds on the monotonic clock of the boot named `boot`; `opened_at` is the wall clock. `until`
    is the fence, a time of `Clock.fence`: the calls are sent before it or never. None: there is no limit.
    """

    number: int
    boot: str
    opened: int
    opened_at: int
    batches: tuple[Batch, ...]
    ids: tuple[int, ...]
    until: int | None = None

    def calls(self) -> Iterator[tuple[int, int, int]]:
        """Yield the calls in order: (sequence of the ingestion, position of the id, id)."""
        places = ((batch.sequence, position) for batch in self.batches for position in batch.positions)
        for (sequence, position), record_id in zip(places, self.ids, strict=True):
            yield sequence, position, record_id

    def by_batch(self, things: Sequence[T]) -> Iterator[tuple[Batch, list[T]]]:
        """Yield each batch with its share of `things`, one for each id, in order."""
        remaining = iter(things)
        for batch in self.batches:
            yield batch, list(islice(remaining, len(batch.positions)))


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one upstream call: a result (JSON text on one line), or the sentence of an `error`.

    `status` is the HTTP status, if there was one. An error may pass (`retryable`) or is final. `pause` is the
    nanoseconds for which the upstream asks for no calls. `refused`: it does not accept the credentials, which may
    say something of the id, or nothing.
    """

    result: str | None = None
    error: str | None = None
    status: int | None = None
    retryable: bool = False
    pause: int | None = None
    refused: bool = False

    @property
    def accepts(self) -> bool:
        """True if it shows that the credentials are accepted: it is a result, or says something of the id."""
        return not self.refused and not self.retryable


@dataclass(frozen=True, slots=True)
class Call:
    """One upstream call and its answer.

    `started` is nanoseconds on the monotonic clock: the latest time at which the call may have begun for the
    upstream, for the next slot is paced from it. None: the call was not made, and nothing of it was sent.
    """

    started: int | None
    answer: Answer

    @property
    def was_made(self) -> bool:
        """False if the call came too late for its slot; then the answer only says so."""
        return self.started is not None


# The error of an id that was still to be called when its ingestion was cancelled.
CANCELLED = "cancelled"
NOT_CALLED = Call(None, Answer(error="not called: the time of its slot was over", retryable=True))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The final result of one id after its attempts: a result (JSON text), or the sentence of an error."""

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


@dataclass(frozen=True, slots=True)
class Uncalled:
    """An id that was not called: it waits again, with as many attempts as before."""


Verdict = Outcome | Retry | Uncalled


@dataclass(frozen=True, slots=True)
class LastSlot:
    """The last slot, as far as the ledger proves it.

    `started` is when the last of its calls started, or None while the slot is open: then the time is unknown.
    `trusted` says that the ledger is the one this machine wrote last, not a copy or a restored backup. `lost` is
    the number of slots that were opened and are not in the ledger any more, as far as that is known; all of them
    were called before `lost_at` (wall clock).
    """

    number: int
    boot: str
    started: int | None
    trusted: bool
    lost: int = 0
    lost_at: int = 0


@dataclass(frozen=True, slots=True)
class LedgerSlot:
    """The times of a slot as they were written down, and the number of its ids.

    `opened` and `started` (of its last call, None if it was never closed) are of the monotonic clock of `boot`,
    `opened_at` is of the wall clock.
    """

    boot: str
    opened: int
    opened_at: int
    started: int | None
    ids: int


@dataclass(frozen=True, slots=True)
class LedgerSummary:
    """Totals of one ingestion in the ledger: times are of the wall clock, None for what has not happened.

    `started_at` is when the first of its slots opened, `ended_at` when the last one so far was closed.
    """

    failed: int
    slots_used: int
    started_at: int | None
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class BatchHistory:
    """History of a batch in the ledger: `attempts` is the most calls that one of its ids had.

    Times are of the wall clock: `ended_at` is when the last slot it was called in was closed, None while that is
    open.
    """

    number: int
    attempts: int
    started_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class SlotRecord:
    """A slot in the ledger: `calls` are (ingestion id, number of the batch, record id), in order.

    `replica` is the name of the process that opened it, None where that was not kept.
    """

    number: int
    opened_at: int
    closed_at: int | None
    calls: tuple[tuple[UUID, int, int], ...]
    replica: str | None = None


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """Release state of an ingestion in the store: its first `released` ids were released (see Progress)."""

    priority: Priority
    released: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Slip:
    """A delay of an expected end, in slots or nanoseconds, noticed `at` (wall clock), with its cause."""

    at: int
    slots: int
    nanoseconds: int
    cause: str
