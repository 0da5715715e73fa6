"""The status of an ingestion, which is asked for the most: with its ids if they are few, of one moment."""

from uuid import uuid4

import pytest

from ingest_service.domain.entry import Entry
from tests.stores.sql.conftest import NAMES
from tests.stores.steps import find, submit
from tests.stores.store import Store

MANY = 5_000


@pytest.mark.parametrize("name", NAMES)
def test_a_status_is_the_progress_with_all_ids(store: Store, every: dict[str, Entry], name: str) -> None:
    status = store.records.status(every[name].ingestion.id, 7)
    assert status is not None
    assert status.progress == find(store, every[name])
    assert status.ids is not None
    assert list(status.ids) == [1, 2, 3, 4, 5, 6, 7]


def test_a_status_tells_which_batches_are_open(store: Store, every: dict[str, Entry]) -> None:
    waiting = store.records.status(every["waits"].ingestion.id, 7)
    in_flight = store.records.status(every["in flight"].ingestion.id, 7)
    assert waiting is not None
    assert in_flight is not None
    assert (waiting.progress.open, in_flight.progress.open) == (frozenset(), frozenset([0]))


def test_a_status_tells_of_a_cancellation(store: Store, every: dict[str, Entry]) -> None:
    found = [store.records.status(every[name].ingestion.id, 7) for name in ("waits", "cancelled")]
    assert [one is not None and one.progress.cancelled for one in found] == [False, True]


def test_a_status_has_no_ids_if_they_are_more_than_were_asked_for(store: Store) -> None:
    entry = submit(store, range(1, MANY + 1))
    whole, without = (store.records.status(entry.ingestion.id, most) for most in (MANY, MANY - 1))
    assert whole is not None
    assert whole.ids is not None
    assert list(whole.ids) == list(range(1, MANY + 1))
    assert without is not None
    assert without.ids is None
    assert without.progress == whole.progress


def test_an_unknown_ingestion_has_no_status(store: Store) -> None:
    assert store.records.status(uuid4(), 7) is None
