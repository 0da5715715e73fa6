"""What the scheduler needs of a store."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import (
    BatchHistory,
    LastSlot,
    LedgerSummary,
    Outcome,
    ReleaseState,
    Slip,
    Slot,
    SlotRecord,
    Verdict,
)
from ingest_service.domain.model import Priority, Status, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress

# So many slips of an ingestion are kept.
SLIPS_KEPT = 20


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Which ingestions are wanted: of this status and priority (None: of any), with a sequence below `before`."""

    status: Status | None
    priority: Priority | None
    before: int
    limit: int


class Store(Protocol):
    """Keeps ingestions, the ledger and the outcomes. Any thread; every method may block on the disk.

    Everything a method wrote is durable when it returns. Raises StoreError where the disk fails, StoreInUse
    where another process works on the same store, StoreStopped when it is not running.
    """

    def start(self) -> None:
        """Open the store, migrate it and keep every other process out."""

    def stop(self) -> None:
        """Finish what was asked and let go of the store. May be called twice; `start` opens it again."""

    @property
    def alive(self) -> bool:
        """Whether it can take an ingestion. Does not touch the disk."""

    def add(self, submission: Submission, accepted: Callable[[Entry], None], key: str | None = None) -> UUID:
        """Keep a submission as a new ingestion and return its id; `accepted` gets its entry once it is durable.

        `accepted` is called before this returns, one call at a time and in the order of the sequences (which
        is the order of the created times), so it must not block. With an idempotency key that came before,
        nothing is kept and the id of the ingestion that came with it is returned; KeyReused is raised if that
        one had other ids, another priority or another deadline.
        """

    def resubmitted(self, submission: Submission, key: str) -> UUID | None:
        """Return the id of the ingestion that came with this key, None if the key is new. Raises KeyReused."""

    def find(self, ingestion_id: UUID) -> Progress | None:
        """Return how far an ingestion has come, None if there is none with this id."""

    def ids(self, sequence: int) -> PackedIds:
        """Return the ids of an ingestion, none if there is no such ingestion."""

    def listed(self, wanted: ListFilter) -> list[Progress]:
        """Return how far the wanted ingestions have come, the newest first."""

    def failed_counts(self, sequences: Collection[int]) -> dict[int, int]:
        """Return of each of these ingestions how many of its ids have failed."""

    def standing(self, sequence: int) -> ReleaseState:
        """Return how an ingestion stands: what may have changed while some of its ids were being called."""

    def cancel(self, sequence: int, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        """Let nothing more of an ingestion be released, and keep outcomes of ids at these positions.

        A batch of which no id was released is cancelled. May be asked twice.
        """

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        """Keep another priority of an ingestion."""

    def pause(self, at: int | None) -> None:
        """Keep that an operator paused the dispatcher at this time (wall clock), None for no longer."""

    def paused_at(self) -> int | None:
        """Return since when an operator has paused the dispatcher (wall clock), None if nobody has."""

    def add_slips(self, slips: Mapping[int, Slip]) -> None:
        """Keep slips by the sequences of the ingestions that slipped, for each the latest SLIPS_KEPT.

        Ingestions that are no longer there are left out.
        """

    def slips(self, sequence: int) -> list[Slip]:
        """Return the latest slips of an ingestion, the last one first."""

    def batch_counts(self) -> Mapping[tuple[Priority, Status], int]:
        """Return how many batches there are of each priority and status, where there are any."""

    def prune(self, ended_before: int, keys_before: int, most: int) -> bool:
        """Take a small step in removing history, of at most so many rows; return whether there is more to do.

        History is what ended before a time (wall clock): ingestions with all that belongs to them, slots that
        have no calls left (but never the last one), and idempotency keys that are older than `keys_before`.
        """

    def outcomes(self, ingestion_id: UUID, after: int, limit: int) -> list[tuple[int, Outcome]]:
        """Return outcomes with their positions, in the order of the ids: the first `limit` past `after`."""

    def failed_ids(self, ingestion_id: UUID) -> PackedIds:
        """Return the ids whose outcome is an error, in the order given."""

    def account(self, sequence: int) -> LedgerSummary:
        """Return what the ledger tells of an ingestion."""

    def batch_histories(self, progress: Progress, numbers: range) -> dict[int, BatchHistory]:
        """Return what the ledger tells of those of these batches that were released, by their numbers."""

    def slots(self, before: int, limit: int) -> list[SlotRecord]:
        """Return the last `limit` slots with a number below `before`, the latest first."""

    def waiting(self) -> Iterable[tuple[Entry, int]]:
        """Return what is to be released, with the time (wall clock) before which it may not be, 0 for none.

        That is what never was released, what is to be called again, and what was called in a slot that was
        never closed.
        """

    def paused_until(self) -> int:
        """Return when the last pause ends or ended (wall clock), 0 if there never was one."""

    def last_slot(self) -> LastSlot | None:
        """Return what the ledger proves of the last slot, None if there never was one."""

    def open_slot(self, slot: Slot) -> None:
        """Write down a slot and release its batches."""

    def close_slot(self, slot: Slot, verdicts: Sequence[Verdict], started: int, paused_until: int | None) -> None:
        """Keep the verdict on each id, in order, and when the last call of the slot started.

        A batch is finished when each of its ids has an outcome. A pause (wall clock) is kept, if there is one.
        """
