"""A store that forgets when the process ends: for tests, and the shortest description of what a store does."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import RLock
from uuid import UUID

from ingest_service.clock import Clock
from ingest_service.domain import Batch, Entry, Ingestion, Progress, Submission
from ingest_service.errors import StoreStopped
from ingest_service.ledger import LastSlot, Outcome, Slot


class MemoryStore:
    """Fits the port `Store`. What it keeps outlives `stop` and `start`, so that tests can crash around it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = RLock()
        self._alive = False
        self._ingestions: list[Ingestion] = []
        self._sequences: dict[UUID, int] = {}
        self._released: list[int] = []
        self._open: list[set[int]] = []
        self._outcomes: list[dict[int, Outcome]] = []
        self._slots: list[Slot] = []
        self._started: dict[int, int] = {}

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
        with self._lock:
            self._require_alive()
            ingestion = Ingestion.of(submission, self._clock.wall())
            sequence = len(self._ingestions)
            self._sequences[ingestion.id] = sequence
            self._ingestions.append(ingestion)
            self._released.append(0)
            self._open.append(set())
            self._outcomes.append({})
            accepted(self._entry(sequence, 0, ingestion.batch_count))

    def find(self, ingestion_id: UUID) -> Progress | None:
        """Return how far an ingestion has come."""
        with self._lock:
            self._require_alive()
            sequence = self._sequences.get(ingestion_id)
            if sequence is None:
                return None
            released, still_open = self._released[sequence], frozenset(self._open[sequence])
            return Progress(self._ingestions[sequence], released, still_open)

    def outcomes(self, ingestion_id: UUID) -> Iterator[Outcome]:
        """Yield the outcomes there are."""
        with self._lock:
            self._require_alive()
            kept = self._outcomes[self._sequences[ingestion_id]] if ingestion_id in self._sequences else {}
            return iter([kept[position] for position in sorted(kept)])

    def waiting(self) -> Iterable[Entry]:
        """Return what is to be released."""
        with self._lock:
            self._require_alive()
            return list(self._waiting())

    def last_slot(self) -> LastSlot | None:
        """Return the last slot; a memory is never a copy."""
        with self._lock:
            self._require_alive()
            if not self._slots:
                return None
            last = self._slots[-1]
            return LastSlot(last.number, last.boot, self._started.get(last.number), trusted=True)

    def open_slot(self, slot: Slot) -> None:
        """Write down a slot."""
        with self._lock:
            self._require_alive()
            self._slots.append(slot)
            for batch in slot.batches:
                self._open[batch.sequence].add(batch.number)
                self._released[batch.sequence] = max(self._released[batch.sequence], batch.number + 1)

    def close_slot(self, slot: Slot, outcomes: Sequence[Outcome], started: int) -> None:
        """Keep the outcomes."""
        with self._lock:
            self._require_alive()
            self._started[slot.number] = started
            remaining = iter(outcomes)
            for batch in slot.batches:
                self._finish(batch, [next(remaining) for _ in batch.ids])

    def _finish(self, batch: Batch, outcomes: list[Outcome]) -> None:
        self._open[batch.sequence].discard(batch.number)
        self._outcomes[batch.sequence].update(enumerate(outcomes, batch.first))

    def _waiting(self) -> Iterator[Entry]:
        for sequence, ingestion in enumerate(self._ingestions):
            for number in sorted(self._open[sequence]):
                yield self._entry(sequence, number, number + 1)
            if self._released[sequence] < ingestion.batch_count:
                yield self._entry(sequence, self._released[sequence], ingestion.batch_count)

    def _entry(self, sequence: int, number: int, end: int) -> Entry:
        ingestion = self._ingestions[sequence]
        return Entry(ingestion.priority, sequence, number, end, ingestion)

    def _require_alive(self) -> None:
        if not self._alive:
            raise StoreStopped
