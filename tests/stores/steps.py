"""Steps that the tests of the stores share."""

from collections.abc import Iterable, Sequence
from uuid import uuid4

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import BatchHistory, LedgerSummary, Outcome, Slip, Slot, Verdict
from ingest_service.domain.model import Batch, Priority, Status, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.ports.records import BatchesRecord, IngestionRecord
from tests.stores.store import Store

OF_INGESTION = (
    *("ingestions", "backlog", "open_batches", "calls", "retries", "outcomes"),
    *("cancellations", "deadlines", "slips", "idempotency_keys", "reprioritised"),
)


def submission_of(
    ids: Iterable[int], priority: Priority = Priority.MEDIUM, deadline: int | None = None
) -> Submission:
    return Submission(uuid4(), priority, 3, PackedIds.of(ids), deadline=deadline)


def submit(
    store: Store,
    ids: Iterable[int],
    priority: Priority = Priority.MEDIUM,
    key: str | None = None,
    deadline: int | None = None,
) -> Entry:
    submission = submission_of(ids, priority, deadline)
    store.add(submission, key)
    (entry,) = (entry for entry in store.accepted if entry.ingestion.id == submission.id)
    return entry


def rest_of(entry: Entry) -> Entry:
    """Return what waits behind the next batch."""
    rest = entry.after(entry.next_size)
    assert rest is not None
    return rest


def next_batch(entry: Entry) -> Batch:
    batch, _ = entry.split(entry.next_size)
    return batch


def ids_of(store: Store, batch: Batch) -> tuple[int, ...]:
    """Return the ids of a batch, which the records and the journal read alike."""
    ids = store.records.batch_ids((batch,))
    assert ids == store.journal.record_ids(batch.sequence, batch.positions)
    return ids


def slot_of(store: Store, number: int, *batches: Batch) -> Slot:
    ids = store.records.batch_ids(batches)
    return Slot(number, "b", opened=number * 10, opened_at=number * 1000, batches=batches, ids=ids)


def outcomes_of(slot: Slot) -> list[Outcome]:
    return [Outcome(record_id, f'{{"id":{record_id}}}') for record_id in slot.ids]


def close(store: Store, slot: Slot, verdicts: Sequence[Verdict]) -> None:
    store.journal.close_slot(slot, verdicts, started=slot.opened + 1, lag=slot.number, paused_until=None)


def open_batches(store: Store, number: int, *batches: Batch) -> Slot:
    slot = slot_of(store, number, *batches)
    store.journal.open_slot(slot)
    return slot


def open_next(store: Store, number: int, entry: Entry) -> Slot:
    return open_batches(store, number, next_batch(entry))


def release(store: Store, number: int, *batches: Batch) -> None:
    """Release batches in one slot and let them go well."""
    slot = open_batches(store, number, *batches)
    close(store, slot, outcomes_of(slot))


def finish(store: Store, number: int, entry: Entry | None) -> None:
    """Release all that waits in an entry and let it go well, in slots from this number on."""
    while entry is not None:
        release(store, number, next_batch(entry))
        number, entry = number + 1, entry.after(entry.next_size)


def waiting(store: Store) -> list[Entry]:
    return sorted(entry for entry, _ in store.journal.waiting(0))


def find(store: Store, entry: Entry) -> Progress:
    found = store.records.progress(entry.ingestion.id)
    assert found is not None
    return found


def progress(store: Store, entry: Entry) -> tuple[int, set[int], Status]:
    found = find(store, entry)
    return found.released, set(found.open), found.status


def outcomes(store: Store, entry: Entry, after: int = -1, limit: int = 99) -> list[tuple[int, Outcome]]:
    found = store.records.outcomes(entry.ingestion.id, after, limit)
    assert found is not None
    return found


def record(store: Store, entry: Entry) -> IngestionRecord:
    found = store.records.ingestion(entry.ingestion.id)
    assert found is not None
    return found


def summary(store: Store, entry: Entry) -> LedgerSummary:
    return record(store, entry).summary


def slips(store: Store, entry: Entry) -> tuple[Slip, ...]:
    return record(store, entry).slips


def batches(store: Store, entry: Entry, after: int = -1, limit: int = 99) -> BatchesRecord:
    found = store.records.batches(entry.ingestion.id, after, limit)
    assert found is not None
    return found


def histories(store: Store, entry: Entry, after: int = -1) -> dict[int, BatchHistory]:
    return dict(batches(store, entry, after).histories)


def rows_of(store: Store, sequence: int) -> int:
    """Return the number of rows of an ingestion in all tables."""
    with store.database.read() as connection:
        counts = (
            connection.execute(f"SELECT count(*) FROM {table} WHERE sequence = ?", [sequence])
            for table in OF_INGESTION
        )
        return sum(count.fetchone()[0] for count in counts)
