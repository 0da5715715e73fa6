"""What the memory store knows of one ingestion."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import Outcome, Retry, Slip, Verdict
from ingest_service.domain.model import Batch, Ingestion, Profile
from ingest_service.domain.progress import Progress


@dataclass
class Kept:
    """An ingestion and all that is known of it."""

    sequence: int
    ingestion: Ingestion
    released: int = 0
    open: set[int] = field(default_factory=set)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    retries: dict[int, Retry] = field(default_factory=dict)
    cancelled_at: int | None = None
    slips: list[Slip] = field(default_factory=list)

    @property
    def cancelled(self) -> bool:
        """Whether nothing more of it is released."""
        return self.cancelled_at is not None

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        profile = Profile.of(self.ingestion)
        return Progress(self.sequence, profile, self.released, frozenset(self.open), self.cancelled)

    @property
    def failed(self) -> int:
        """How many of its ids have failed."""
        return sum(outcome.error is not None for outcome in self.outcomes.values())

    def release(self, batch: Batch) -> None:
        """Open a batch."""
        self.open.add(batch.number)
        self.released = max(self.released, batch.positions[-1] + 1)

    def close(self, batch: Batch, verdicts: Sequence[Verdict]) -> None:
        """Keep the verdicts on the ids of a batch."""
        for position, verdict in zip(batch.positions, verdicts, strict=True):
            if isinstance(verdict, Retry):
                self.retries[position] = verdict
            else:
                self.outcomes.setdefault(position, verdict)
        self._finish([batch.number])

    def cancel(self, outcomes: Iterable[tuple[int, Outcome]], at: int) -> None:
        """Let nothing more be released."""
        size = self.ingestion.batch_size
        if self.cancelled_at is None:
            self.cancelled_at = at
            self.released = min(len(self.ingestion.ids), -(-self.released // size) * size)
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
        if self.released < len(self.ingestion.ids) and not self.cancelled:
            yield Entry.of(self.sequence, self.ingestion, range(self.released, len(self.ingestion.ids))), 0

    def _finish(self, numbers: Iterable[int]) -> None:
        """Close those of these batches of which each id has an outcome."""
        size, count = self.ingestion.batch_size, len(self.ingestion.ids)
        for number in numbers:
            if all(position in self.outcomes for position in range(count)[number * size : (number + 1) * size]):
                self.open.discard(number)
