"""An ingestion as the model keeps it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import Outcome, ReleaseState, Retry, Slip, Verdict
from ingest_service.domain.model import Batch, Ingestion, Priority, Submission
from ingest_service.domain.progress import Progress


@dataclass
class Kept:
    """An ingestion and all that is known of it."""

    sequence: int
    ingestion: Ingestion
    submission: Submission
    created_at: int
    released: int = 0
    open: set[int] = field(default_factory=set)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    retries: dict[int, Retry] = field(default_factory=dict)
    cancelled_at: int | None = None
    slips: tuple[Slip, ...] = ()

    @property
    def cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def progress(self) -> Progress:
        return Progress(
            self.sequence, self.ingestion, self.created_at, self.released, frozenset(self.open), self.cancelled
        )

    @property
    def release_state(self) -> ReleaseState:
        return ReleaseState(self.ingestion.priority, self.released, self.cancelled)

    @property
    def failed(self) -> list[int]:
        """Ids that have failed, in the order given."""
        return [outcome.record_id for _, outcome in sorted(self.outcomes.items()) if outcome.error is not None]

    def reprioritise(self, priority: Priority) -> None:
        self.ingestion = replace(self.ingestion, priority=priority)

    def release(self, batch: Batch) -> None:
        self.open.add(batch.number)
        self.released = max(self.released, batch.positions[-1] + 1)

    def close(self, batch: Batch, verdicts: Sequence[Verdict]) -> None:
        for position, verdict in zip(batch.positions, verdicts, strict=True):
            if isinstance(verdict, Retry):
                self.retries[position] = verdict
            elif isinstance(verdict, Outcome):
                self.outcomes.setdefault(position, verdict)
        self._finish([batch.number])

    def cancel(self, outcomes: Iterable[tuple[int, Outcome]], at: int) -> None:
        size = self.ingestion.batch_size
        if self.cancelled_at is None:
            self.cancelled_at = at
            self.released = min(self.ingestion.id_count, -(-self.released // size) * size)
        for position, outcome in outcomes:
            self.outcomes.setdefault(position, outcome)
        self._finish(list(self.open))

    def waiting(self, in_flight: Collection[int]) -> Iterator[tuple[Entry, int]]:
        """Yield what is to be released; of a cancelled ingestion only what is `in_flight`."""
        groups: dict[tuple[int, int, int], list[int]] = defaultdict(list)
        for position in range(self.released):
            if position not in self.outcomes and (not self.cancelled or position in in_flight):
                retry = self.retries.get(position, Retry(0, 0, 0))
                groups[position // self.ingestion.batch_size, retry.attempts, retry.due_at].append(position)
        for (_, attempts, due_at), positions in groups.items():
            yield Entry.of(self.sequence, self.ingestion, tuple(positions), attempts), due_at
        if self.released < self.ingestion.id_count and not self.cancelled:
            yield Entry.of(self.sequence, self.ingestion, range(self.released, self.ingestion.id_count)), 0

    def _finish(self, numbers: Iterable[int]) -> None:
        """Close those of these batches whose ids all have an outcome."""
        size, count = self.ingestion.batch_size, self.ingestion.id_count
        for number in numbers:
            if all(position in self.outcomes for position in range(count)[number * size : (number + 1) * size]):
                self.open.discard(number)
