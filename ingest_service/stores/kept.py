"""What the memory store knows of one ingestion."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ingest_service.domain import Batch, Entry, Ingestion
from ingest_service.ledger import Outcome, Retry, Slot, Verdict


@dataclass
class Kept:
    """An ingestion and all that is known of it."""

    sequence: int
    ingestion: Ingestion
    released: int = 0
    open: set[int] = field(default_factory=set)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    retries: dict[int, Retry] = field(default_factory=dict)

    def close(self, batch: Batch, verdicts: Sequence[Verdict]) -> None:
        """Keep the verdicts on the ids of a batch."""
        for position, verdict in zip(batch.positions, verdicts, strict=True):
            if isinstance(verdict, Retry):
                self.retries[position] = verdict
            else:
                self.outcomes[position] = verdict
        size = self.ingestion.batch_size
        whole = range(len(self.ingestion.ids))[batch.number * size : (batch.number + 1) * size]
        if all(position in self.outcomes for position in whole):
            self.open.discard(batch.number)

    def waiting(self) -> Iterator[tuple[Entry, int]]:
        """Yield what is to be released."""
        groups: dict[tuple[int, int, int], list[int]] = defaultdict(list)
        for position in range(self.released):
            if position not in self.outcomes:
                retry = self.retries.get(position, Retry(0, 0, 0))
                groups[position // self.ingestion.batch_size, retry.attempts, retry.due_at].append(position)
        for (_, attempts, due_at), positions in groups.items():
            yield Entry.of(self.sequence, self.ingestion, tuple(positions), attempts), due_at
        if self.released < len(self.ingestion.ids):
            yield Entry.of(self.sequence, self.ingestion, range(self.released, len(self.ingestion.ids))), 0


def calls_of(slot: Slot) -> tuple[tuple[UUID, int, int], ...]:
    """Return the calls of a slot: ingestion id, number of the batch, record id."""
    return tuple((b.ingestion.id, b.number, record_id) for b in slot.batches for record_id in b.ids)
