"""A store that forgets when the process ends: for tests, and the shortest description of what a store does."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from uuid import UUID

from ingest_service.clock import Clock
from ingest_service.domain import Batch, Entry, Ingestion, Progress, Submission
from ingest_service.errors import StoreStopped
from ingest_service.ledger import LastSlot, Outcome, Retry, Slot, Verdict
from ingest_service.packed_ids import PackedIds


@dataclass
class _Kept:
    """An ingestion and all that is known of it."""

    sequence: int
    ingestion: Ingestion
    released: int = 0
    open: set[int] = field(default_factory=set)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    retries: dict[int, Retry] = field(default_factory=dict)


class MemoryStore:
    """Fits the port `Store`. What it keeps outlives `stop` and `start`, so that tests can crash around it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = RLock()
        self._alive = False
        self._kept: list[_Kept] = []
        self._by_id: dict[UUID, _Kept] = {}
        self._slots: list[Slot] = []
        self._started: dict[int, int] = {}
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
            kept = _Kept(len(self._kept), ingestion)
            self._kept.append(kept)
            self._by_id[ingestion.id] = kept
            accepted(Entry.of(kept.sequence, ingestion, range(len(ingestion.ids))))

    def find(self, ingestion_id: UUID) -> Progress | None:
        """Return how far an ingestion has come."""
        with self._locked():
            kept = self._by_id.get(ingestion_id)
            return None if kept is None else Progress(kept.ingestion, kept.released, frozenset(kept.open))

    def outcomes(self, ingestion_id: UUID, after: int, limit: int) -> list[tuple[int, Outcome]]:
        """Return a page of outcomes."""
        with self._locked():
            kept = self._by_id[ingestion_id].outcomes if ingestion_id in self._by_id else {}
            return [(position, kept[position]) for position in sorted(kept) if position > after][:limit]

    def failed_ids(self, ingestion_id: UUID) -> PackedIds:
        """Return the ids whose outcome is an error."""
        page = self.outcomes(ingestion_id, -1, len(self._by_id[ingestion_id].ingestion.ids))
        return PackedIds.of(outcome.record_id for _, outcome in page if outcome.error is not None)

    def waiting(self) -> Iterable[tuple[Entry, int]]:
        """Return what is to be released."""
        with self._locked():
            return [waiting for kept in self._kept for waiting in _waiting(kept)]

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
            self._paused_until = paused_until or self._paused_until
            for batch, own_verdicts in slot.by_batch(verdicts):
                _close(self._kept[batch.sequence], batch, own_verdicts)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock:
            if not self._alive:
                raise StoreStopped
            yield


def _close(kept: _Kept, batch: Batch, verdicts: Sequence[Verdict]) -> None:
    for position, verdict in zip(batch.positions, verdicts, strict=True):
        if isinstance(verdict, Retry):
            kept.retries[position] = verdict
        else:
            kept.outcomes[position] = verdict
    size = kept.ingestion.batch_size
    whole = range(len(kept.ingestion.ids))[batch.number * size : (batch.number + 1) * size]
    if all(position in kept.outcomes for position in whole):
        kept.open.discard(batch.number)


def _waiting(kept: _Kept) -> Iterator[tuple[Entry, int]]:
    groups: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for position in range(kept.released):
        if position not in kept.outcomes:
            retry = kept.retries.get(position, Retry(0, 0, 0))
            groups[position // kept.ingestion.batch_size, retry.attempts, retry.due_at].append(position)
    for (_, attempts, due_at), positions in groups.items():
        yield Entry.of(kept.sequence, kept.ingestion, tuple(positions), attempts), due_at
    if kept.released < len(kept.ingestion.ids):
        yield Entry.of(kept.sequence, kept.ingestion, range(kept.released, len(kept.ingestion.ids))), 0
