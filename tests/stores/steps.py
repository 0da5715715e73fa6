"""What the tests of the stores do again and again."""

from collections.abc import Iterable, Sequence
from uuid import uuid4

from ingest_service.ports.store import Store

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import Outcome, Slot, Verdict
from ingest_service.domain.model import Batch, Priority, Status, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress


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
    entries: list[Entry] = []
    store.add(submission_of(ids, priority, deadline), entries.append, key)
    (entry,) = entries
    return entry


def rest_of(entry: Entry) -> Entry:
    """Return what waits behind the next batch."""
    rest = entry.after(entry.next_size)
    assert rest is not None
    return rest


def slot_of(number: int, *batches: Batch) -> Slot:
    return Slot(number, "b", opened=number * 10, opened_at=number * 1000, batches=batches)


def outcomes_of(slot: Slot) -> list[Outcome]:
    return [Outcome(record_id, f'{{"id":{record_id}}}') for record_id in slot.ids]


def next_batch(entry: Entry) -> Batch:
    batch, _ = entry.split(entry.next_size)
    return batch


def close(store: Store, slot: Slot, verdicts: Sequence[Verdict]) -> None:
    store.close_slot(slot, verdicts, started=slot.opened + 1, paused_until=None)


def waiting(store: Store) -> list[Entry]:
    return sorted(entry for entry, _ in store.waiting())


def open_next(store: Store, number: int, entry: Entry) -> Slot:
    slot = slot_of(number, next_batch(entry))
    store.open_slot(slot)
    return slot


def finish(store: Store, number: int, entry: Entry | None) -> None:
    """Release all that waits in an entry and let it go well, in slots from this number on."""
    while entry is not None:
        release(store, number, next_batch(entry))
        number, entry = number + 1, entry.after(entry.next_size)


def release(store: Store, number: int, *batches: Batch) -> None:
    slot = slot_of(number, *batches)
    store.open_slot(slot)
    close(store, slot, outcomes_of(slot))


def restart(store: Store) -> None:
    store.stop()
    store.start()


def find(store: Store, entry: Entry) -> Progress:
    found = store.find(entry.ingestion.id)
    assert found is not None
    return found


def progress(store: Store, entry: Entry) -> tuple[int, set[int], Status]:
    found = find(store, entry)
    return found.released, set(found.open), found.status
