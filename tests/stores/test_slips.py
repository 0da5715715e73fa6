"""Slips, in every store."""

from ingest_service.ports.store import SLIPS_KEPT, Store

from ingest_service.domain.ledger import Slip
from tests.stores.steps import restart, submit


def slip(number: int) -> Slip:
    return Slip(1_700_000_000_123_456_789 + number, number, number * 10**9 + 1, f'„{number}“ "behind" it, ü')


def test_slips_are_told_the_last_one_first(store: Store) -> None:
    first, second = submit(store, [1]).sequence, submit(store, [2]).sequence
    store.add_slips({first: slip(1), second: slip(2)})
    store.add_slips({second: slip(3)})
    restart(store)
    assert store.slips(first) == [slip(1)]
    assert store.slips(second) == [slip(3), slip(2)]


def test_only_the_latest_slips_are_kept(store: Store) -> None:
    sequence = submit(store, [1]).sequence
    for number in range(SLIPS_KEPT + 5):
        store.add_slips({sequence: slip(number)})
    assert store.slips(sequence) == [slip(number) for number in range(SLIPS_KEPT + 4, 4, -1)]


def test_an_unknown_ingestion_has_no_slips_and_keeps_none(store: Store) -> None:
    sequence = submit(store, [1]).sequence
    store.add_slips({sequence + 1: slip(1), sequence: slip(2)})
    store.add_slips({})
    assert store.slips(sequence + 1) == []
    assert store.slips(submit(store, [2]).sequence) == []
    assert store.slips(sequence) == [slip(2)]
