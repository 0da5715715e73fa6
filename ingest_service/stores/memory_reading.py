"""What is read from the memory store."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from uuid import UUID

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import (
    BatchHistory,
    LastSlot,
    LedgerSummary,
    Outcome,
    ReleaseState,
    Slip,
    SlotRecord,
)
from ingest_service.domain.model import Priority, Status
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.errors import StoreStopped
from ingest_service.ports.store import ListFilter
from ingest_service.stores.kept import Kept
from ingest_service.stores.slot_book import SlotBook


class MemoryReading:
    """What the memory store keeps, and the reading half of the port `Store`."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._alive = False
        self._kept: dict[int, Kept] = {}
        self._by_id: dict[UUID, Kept] = {}
        self._book = SlotBook()
        self._paused_until = 0
        self._paused_at: int | None = None

    @property
    def alive(self) -> bool:
        """Whether it answers."""
        return self._alive

    def find(self, ingestion_id: UUID) -> Progress | None:
        """Return how far an ingestion has come."""
        with self._locked():
            kept = self._by_id.get(ingestion_id)
            return None if kept is None else kept.progress

    def ids(self, sequence: int) -> PackedIds:
        """Return the ids of an ingestion."""
        with self._locked():
            return self._kept[sequence].ingestion.ids if sequence in self._kept else PackedIds(b"")

    def listed(self, wanted: ListFilter) -> list[Progress]:
        """Return how far the wanted ingestions have come."""
        with self._locked():
            every = [self._kept[sequence].progress for sequence in sorted(self._kept, reverse=True)]
            return [
                progress
                for progress in every
                if progress.sequence < wanted.before
                and wanted.status in (None, progress.status)
                and wanted.priority in (None, progress.ingestion.priority)
            ][: wanted.limit]

    def failed_counts(self, sequences: Collection[int]) -> dict[int, int]:
        """Return how many ids have failed."""
        with self._locked():
            return {each: self._kept[each].failed if each in self._kept else 0 for each in sequences}

    def standing(self, sequence: int) -> ReleaseState:
        """Return how an ingestion stands."""
        with self._locked():
            kept = self._kept[sequence]
            return ReleaseState(kept.ingestion.priority, kept.released, kept.cancelled)

    def paused_at(self) -> int | None:
        """Return since when an operator has paused the dispatcher."""
        with self._locked():
            return self._paused_at

    def slips(self, sequence: int) -> list[Slip]:
        """Return the latest slips of an ingestion."""
        with self._locked():
            return list(self._kept[sequence].slips) if sequence in self._kept else []

    def batch_counts(self) -> Mapping[tuple[Priority, Status], int]:
        """Return how many batches there are."""
        with self._locked():
            counts: Counter[tuple[Priority, Status]] = Counter()
            for kept in self._kept.values():
                for status, count in kept.progress.counts().items():
                    counts[kept.ingestion.priority, status] += count
            return +counts

    def outcomes(self, ingestion_id: UUID, after: int, limit: int) -> list[tuple[int, Outcome]]:
        """Return a page of outcomes."""
        with self._locked():
            kept = self._by_id.get(ingestion_id)
            every = sorted(kept.outcomes.items()) if kept else []
            return [(position, outcome) for position, outcome in every if position > after][:limit]

    def failed_ids(self, ingestion_id: UUID) -> PackedIds:
        """Return the ids whose outcome is an error."""
        with self._locked():
            kept = self._by_id.get(ingestion_id)
            every = sorted(kept.outcomes.items()) if kept else []
            return PackedIds.of(outcome.record_id for _, outcome in every if outcome.error is not None)

    def account(self, sequence: int) -> LedgerSummary:
        """Return what the ledger tells of an ingestion."""
        with self._locked():
            return self._book.account(sequence, self.failed_counts([sequence])[sequence])

    def batch_histories(self, progress: Progress, numbers: range) -> dict[int, BatchHistory]:
        """Return what the ledger tells of some batches."""
        with self._locked():
            return self._book.batch_histories(progress.sequence, numbers)

    def slots(self, before: int, limit: int) -> list[SlotRecord]:
        """Return a page of the ledger."""
        with self._locked():
            return self._book.page(before, limit)

    def waiting(self) -> Iterable[tuple[Entry, int]]:
        """Return what is to be released."""
        with self._locked():
            return [
                waiting
                for kept in self._kept.values()
                for waiting in kept.waiting(self._book.in_flight(kept.sequence) if kept.cancelled else set())
            ]

    def last_slot(self) -> LastSlot | None:
        """Return the last slot."""
        with self._locked():
            return self._book.last()

    def paused_until(self) -> int:
        """Return when the last pause ends."""
        with self._locked():
            return self._paused_until

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock:
            if not self._alive:
                raise StoreStopped
            yield
