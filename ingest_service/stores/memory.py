"""A store that forgets when the process ends: for tests, and the shortest description of what a store does."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from uuid import UUID

from ingest_service.clock import Clock
from ingest_service.domain import Entry, Ingestion, Submission
from ingest_service.errors import StoreStopped
from ingest_service.ledger import (
    Account,
    BatchAccount,
    LastSlot,
    Outcome,
    Slot,
    SlotAccount,
    Verdict,
)
from ingest_service.packed_ids import PackedIds
from ingest_service.progress import Progress
from ingest_service.stores.kept import Kept, calls_of


class MemoryStore:
    """Fits the port `Store`. What it keeps outlives `stop` and `start`, so that tests can crash around it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = RLock()
        self._alive = False
        self._kept: list[Kept] = []
        self._by_id: dict[UUID, Kept] = {}
        self._slots: list[Slot] = []
        self._started: dict[int, int] = {}
        self._closed_at: dict[int, int] = {}
        self._paused_until = 0

    def start(self) -> None:
        """Begin to answer."""
        self._alive = True

    def stop(self) -> None:
        """Answer no more."""
        self._alive = False

    @property
    def alive(self) -> bool:
        """Whether it answers."""
        return self._alive

    def add(self, submission: Submission, accepted: Callable[[Entry], None]) -> None:
        """Keep a submission; the lock keeps the calls of `accepted` in order."""
        with self._locked():
            ingestion = Ingestion.of(submission, self._clock.wall())
            kept = Kept(len(self._kept), ingestion)
            self._kept.append(kept)
            self._by_id[ingestion.id] = kept
            accepted(Entry.of(kept.sequence, ingestion, range(len(ingestion.ids))))

    def find(self, ingestion_id: UUID) -> Progress | None:
        """Return how far an ingestion has come."""
        with self._locked():
            kept = self._by_id.get(ingestion_id)
            return (
                None
                if kept is None
                else Progress(kept.sequence, kept.ingestion, kept.released, frozenset(kept.open))
            )

    def outcomes(self, ingestion_id: UUID, after: int, limit: int) -> list[tuple[int, Outcome]]:
        """Return a page of outcomes."""
        with self._locked():
            kept = self._by_id[ingestion_id].outcomes if ingestion_id in self._by_id else {}
            return [(position, kept[position]) for position in sorted(kept) if position > after][:limit]

    def failed_ids(self, ingestion_id: UUID) -> PackedIds:
        """Return the ids whose outcome is an error."""
        page = self.outcomes(ingestion_id, -1, len(self._by_id[ingestion_id].ingestion.ids))
        return PackedIds.of(outcome.record_id for _, outcome in page if outcome.error is not None)

    def account(self, sequence: int) -> Account:
        """Return what the ledger tells of an ingestion."""
        with self._locked():
            used = [slot for slot in self._slots if any(batch.sequence == sequence for batch in slot.batches)]
            closed = [self._closed_at[slot.number] for slot in used if slot.number in self._closed_at]
            failed = sum(o.error is not None for o in self._kept[sequence].outcomes.values())
            started_at = min((slot.opened_at for slot in used), default=None)
            return Account(failed, len(used), started_at, max(closed, default=None))

    def batch_accounts(self, progress: Progress, numbers: range) -> dict[int, BatchAccount]:
        """Return what the ledger tells of some batches."""
        with self._locked():
            told = {}
            for number in numbers:
                place = (progress.sequence, number)
                used = [slot for slot in self._slots if place in ((b.sequence, b.number) for b in slot.batches)]
                if used:
                    ended = [self._closed_at.get(slot.number) for slot in used]
                    told[number] = BatchAccount(number, len(used), used[0].opened_at, ended[-1])
            return told

    def slots(self, before: int, limit: int) -> list[SlotAccount]:
        """Return a page of the ledger."""
        with self._locked():
            page = [slot for slot in reversed(self._slots) if slot.number < before][:limit]
            return [
                SlotAccount(slot.number, slot.opened_at, self._closed_at.get(slot.number), calls_of(slot))
                for slot in page
            ]

    def waiting(self) -> Iterable[tuple[Entry, int]]:
        """Return what is to be released."""
        with self._locked():
            return [waiting for kept in self._kept for waiting in kept.waiting()]

    def last_slot(self) -> LastSlot | None:
        """Return the last slot; a memory is never a copy."""
        with self._locked():
            if not self._slots:
                return None
            last = self._slots[-1]
            return LastSlot(last.number, last.boot, self._started.get(last.number), trusted=True)

    def paused_until(self) -> int:
        """Return when the last pause ends."""
        with self._locked():
            return self._paused_until

    def open_slot(self, slot: Slot) -> None:
        """Write down a slot."""
        with self._locked():
            self._slots.append(slot)
            for batch in slot.batches:
                kept = self._kept[batch.sequence]
                kept.open.add(batch.number)
                kept.released = max(kept.released, batch.positions[-1] + 1)

    def close_slot(self, slot: Slot, verdicts: Sequence[Verdict], started: int, paused_until: int | None) -> None:
        """Keep the verdicts."""
        with self._locked():
            self._started[slot.number] = started
            self._closed_at[slot.number] = self._clock.wall()
            self._paused_until = paused_until or self._paused_until
            for batch, own_verdicts in slot.by_batch(verdicts):
                self._kept[batch.sequence].close(batch, own_verdicts)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock:
            if not self._alive:
                raise StoreStopped
            yield
