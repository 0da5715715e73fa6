"""The ledger as it is read, in every store."""

from ingest_service.domain.ledger import LastSlot, LedgerSummary, Outcome, Retry
from ingest_service.domain.model import Priority
from tests.stores.steps import (
    close,
    histories,
    next_batch,
    open_batches,
    outcomes_of,
    release,
    slot_of,
    submit,
    summary,
    waiting,
)
from tests.stores.store import Store


def test_an_empty_ledger_has_no_last_slot(store: Store) -> None:
    assert store.journal.last_slot() is None


def test_the_last_slot_comes_with_the_start_of_its_last_call(store: Store) -> None:
    entry = submit(store, range(1, 7))
    release(store, 1, next_batch(entry))
    store.restart()
    assert store.journal.last_slot() == LastSlot(1, "b", started=11, trusted=True)


def test_an_open_slot_has_no_start_of_its_last_call(store: Store) -> None:
    entry = submit(store, range(1, 7))
    release(store, 1, next_batch(entry))
    rest = entry.split(3)[1]
    assert rest is not None
    open_batches(store, 2, next_batch(rest))
    store.restart()
    assert store.journal.last_slot() == LastSlot(2, "b", started=None, trusted=True)


def test_the_ledger_sums_up_an_ingestion_and_its_batches(store: Store) -> None:
    entry = submit(store, [1, 2, 3, 4, 5, 6, 7])
    assert summary(store, entry) == LedgerSummary(0, 0, None, None)
    assert histories(store, entry) == {}
    first = slot_of(store, 1, next_batch(entry))
    store.journal.open_slot(first)
    close(store, first, [Outcome(1), Outcome(2, None, "HTTP 404", 1, 404), Retry(1, 50, 70)])
    again = slot_of(store, 2, *(batch for left in waiting(store) for batch in [left.split(left.next_size)[0]]))
    store.journal.open_slot(again)
    summed = summary(store, entry)
    assert (summed.failed, summed.slots_used, summed.started_at) == (1, 2, first.opened_at)
    found = histories(store, entry)
    assert {number: (one.attempts, one.started_at) for number, one in found.items()} == {
        0: (2, first.opened_at),
        1: (1, again.opened_at),
    }
    assert [found[0].ended_at, found[1].ended_at] == [None, None]
    close(store, again, outcomes_of(again))
    ended = histories(store, entry, after=0)
    assert ended.keys() == {1}
    assert ended[1].ended_at == summary(store, entry).ended_at
    assert ended[1].ended_at is not None


def test_a_batch_whose_first_slot_was_never_closed_ends_with_its_last(store: Store) -> None:
    entry = submit(store, [1, 2])
    open_batches(store, 1, next_batch(entry))
    store.restart()
    release(store, 2, next_batch(waiting(store)[0]))
    summed = histories(store, entry)[0]
    assert (summed.attempts, summed.started_at) == (2, 1000)
    assert summed.ended_at is not None


def test_the_ledger_lists_its_slots_the_latest_first(store: Store) -> None:
    entries = [submit(store, [number * 10 + 1, number * 10 + 2]) for number in range(3)]
    for number, entry in enumerate(entries[:2], 1):
        release(store, number, next_batch(entry))
    open_batches(store, 3, next_batch(entries[2]))
    latest, *_ = page = store.records.slots(before=100, limit=2)
    assert [slot.number for slot in page] == [3, 2]
    assert (latest.opened_at, latest.closed_at) == (3000, None)
    assert latest.calls == ((entries[2].ingestion.id, 0, 21), (entries[2].ingestion.id, 0, 22))
    assert [slot.number for slot in store.records.slots(before=2, limit=2)] == [1]
    assert store.records.slots(before=1, limit=2) == []


def test_a_slot_lists_its_calls_in_the_order_of_the_slot_whatever_changes_later(store: Store) -> None:
    low, high = submit(store, [1, 2, 3], Priority.LOW), submit(store, [4], Priority.HIGH)
    release(store, 1, next_batch(high), next_batch(low))
    store.journal.reprioritise(high.sequence, Priority.LOW)
    (slot,) = store.records.slots(before=100, limit=2)
    assert [record_id for _, _, record_id in slot.calls] == [4, 1, 2, 3]
