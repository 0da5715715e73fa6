"""What people change about an ingestion that waits: written down first, then done."""

from collections.abc import Iterable, Iterator

from ingest_service.backlog.backlog import Backlog
from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import Outcome
from ingest_service.domain.model import Priority
from ingest_service.ports.store import Store


def cancel(sequence: int, store: Store, backlog: Backlog) -> None:
    """Take an ingestion out of the backlog. No slot may be opened or closed meanwhile. Raises StoreError."""
    released = store.standing(sequence).released
    store.cancel(sequence, list(_unfinished(backlog.of(sequence), released)))
    backlog.remove(sequence)


def reprioritise(sequence: int, priority: Priority, store: Store, backlog: Backlog) -> None:
    """Give an ingestion another place. No slot may be opened or closed meanwhile. Raises StoreError."""
    store.reprioritise(sequence, priority)
    backlog.reprioritise(sequence, priority)


def _unfinished(entries: Iterable[Entry], released: int) -> Iterator[tuple[int, Outcome]]:
    """Yield outcomes of the ids that wait and belong to batches of which some id was released."""
    for entry in entries:
        size = entry.ingestion.batch_size
        begun = -(-released // size) * size
        for position in entry.positions:
            if position >= begun:
                break
            yield position, Outcome(entry.ingestion.ids[position], error="cancelled", attempts=entry.attempts)
