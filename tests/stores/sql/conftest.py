"""Ingestions in every state there is."""

from itertools import count

import pytest

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import Outcome, Retry
from ingest_service.domain.model import Priority
from tests.stores.steps import close, finish, next_batch, open_next, release, rest_of, submit
from tests.stores.store import Store

NAMES = (
    *("waits", "begun", "last in flight", "in flight", "called again"),
    *("completed", "cancelled", "cancelled midway", "cancelled too late", "cancelled in flight", "waits too"),
)


@pytest.fixture
def every(store: Store) -> dict[str, Entry]:
    """Ingestions of three batches in every state there is; LOW and HIGH in turn."""
    every = {name: submit(store, range(1, 8), Priority(place % 2 * 2)) for place, name in enumerate(NAMES)}
    slots = count(1)
    for name in ("begun", "cancelled midway"):
        release(store, next(slots), next_batch(every[name]))
    release(store, next(slots), next_batch(every["last in flight"]), next_batch(rest_of(every["last in flight"])))
    open_next(store, next(slots), rest_of(rest_of(every["last in flight"])))
    for name in ("in flight", "cancelled in flight"):
        open_next(store, next(slots), every[name])
    close(store, open_next(store, next(slots), every["called again"]), [Outcome(1), Outcome(2), Retry(1, 50, 70)])
    for name in ("completed", "cancelled too late"):
        finish(store, next(slots) * 10, every[name])
    for name in ("cancelled", "cancelled midway", "cancelled too late", "cancelled in flight"):
        store.journal.cancel(every[name].sequence, [])
    store.restart()
    return every
