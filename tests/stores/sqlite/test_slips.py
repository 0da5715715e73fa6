"""Slips, in every store."""

from uuid import uuid4

from ingest_service.domain.ledger import Slip
from ingest_service.ports.records import SLIPS_KEPT
from tests.stores.steps import rows_of, slips, submit
from tests.stores.store import Store


def slip(number: int) -> Slip:
    return Slip(1_700_000_000_123_456_789 + number, number, number * 10**9 + 1, f'„{number}“ "behind" it, ü')


def test_slips_are_listed_the_last_one_first(store: Store) -> None:
    first, second = submit(store, [1]), submit(store, [2])
    store.records.add_slips({first.sequence: slip(1), second.sequence: slip(2)})
    store.records.add_slips({second.sequence: slip(3)})
    store.restart()
    assert slips(store, first) == (slip(1),)
    assert slips(store, second) == (slip(3), slip(2))


def test_only_the_latest_slips_are_kept(store: Store) -> None:
    entry = submit(store, [1])
    for number in range(SLIPS_KEPT + 5):
        store.records.add_slips({entry.sequence: slip(number)})
    assert slips(store, entry) == tuple(slip(number) for number in range(SLIPS_KEPT + 4, 4, -1))


def test_an_unknown_ingestion_has_no_slips_and_keeps_none(store: Store) -> None:
    entry = submit(store, [1])
    store.records.add_slips({entry.sequence + 1: slip(1), entry.sequence: slip(2)})
    store.records.add_slips({})
    assert store.records.ingestion(uuid4()) is None
    assert rows_of(store, entry.sequence + 1) == 0
    assert slips(store, submit(store, [2])) == ()
    assert slips(store, entry) == (slip(2),)
