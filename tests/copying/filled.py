"""A store with every kind of row, and all that its records and its journal answer."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from uuid import UUID

from ingest_service.clock import Clock
from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import Outcome, Retry, Slip, Verdict
from ingest_service.domain.model import Priority, Status
from ingest_service.ports.records import BelievedTime, ListFilter, Records
from tests.doubles import VirtualClock
from tests.engines.wiring import SECOND
from tests.stores.steps import close, next_batch, open_batches, open_next, release, rest_of, submit, waiting
from tests.stores.store import Store

HOUR = 3600 * SECOND
KEY = "nightly-17"


def retry(clock: Clock, attempts: int, wait: int) -> Retry:
    return Retry(attempts, clock.now() + wait, clock.wall() + wait)


def fill(store: Store, clock: VirtualClock) -> list[UUID]:
    """Leave every kind of row in an empty store; return the ids of all ingestions."""
    numbers = count(1)
    for record_id in (98, 99):
        release(store, next(numbers), next_batch(submit(store, [record_id])))
    clock.time += HOUR
    while store.records.prune(clock.wall() - SECOND, 0, 99):
        pass
    removed, failed = submit(store, [90, 91]), submit(store, [1, 2])
    release(store, next(numbers), next_batch(removed))
    clock.time += HOUR
    close(store, open_next(store, next(numbers), failed), [Outcome(1, "{}"), Outcome(2, None, "no ✓", 2, 404)])
    for _ in ("the last slot of before", "its row", "one of its calls"):
        assert store.records.prune(clock.wall() - SECOND, 0, 1)

    begun = submit(store, range(10, 17), Priority.HIGH, key=KEY)
    release(store, next(numbers), next_batch(begun))
    submit(store, [20, 20, 10**9 + 7], Priority.LOW, deadline=clock.wall() + HOUR)
    fails = submit(store, [30, 31, 32])
    verdicts: list[Verdict] = [Outcome(30, "{}"), retry(clock, 1, 50 * SECOND), retry(clock, 1, 50 * SECOND)]
    slot = open_next(store, next(numbers), fails)
    store.journal.close_slot(slot, verdicts, slot.opened, lag=12, paused_until=clock.wall() + 40 * SECOND)

    untouched, halved = submit(store, [40, 41]), submit(store, range(50, 57))
    store.journal.cancel(untouched.sequence, [])
    release(store, next(numbers), next_batch(halved))
    store.journal.cancel(halved.sequence, [])
    moved = submit(store, [60])
    store.journal.reprioritise(moved.sequence, Priority.HIGH)
    for at in (1, 2):
        store.records.add_slips(
            {begun.sequence: Slip(at, 1, 5 * SECOND, "because"), fails.sequence: Slip(at, 0, 9, "")}
        )
    store.journal.pause(clock.wall() - SECOND)
    store.records.keep_believed_time(BelievedTime(clock.wall() - HOUR, clock.wall() - SECOND))

    crashed, called_again = submit(store, [70, 71]), submit(store, [80, 81])
    open_next(store, next(numbers), crashed)
    close(store, open_next(store, next(numbers), called_again), [retry(clock, 1, 0), retry(clock, 1, 60 * SECOND)])
    store.restart()
    due = next(entry for entry in waiting(store) if entry.sequence == called_again.sequence)
    open_batches(store, next(numbers), next_batch(due), next_batch(rest_of(begun)))
    return [entry.ingestion.id for entry in store.accepted]


def answers(records: Records, ingestions: list[UUID]) -> Iterator[object]:
    """Yield all that records answer."""
    yield [records.listed(ListFilter(s, p, 10**9, 99)) for s in (None, *Status) for p in (None, *Priority)]
    yield records.slots(10**9, 99)
    yield dict(records.batch_counts())
    yield records.believed_time()
    for ingestion_id in ingestions:
        progress = records.progress(ingestion_id)
        yield progress, records.ingestion(ingestion_id), records.failed_ids(ingestion_id)
        yield records.outcomes(ingestion_id, -1, 99), records.batches(ingestion_id, -1, 99)
        yield None if progress is None else records.ids(progress.sequence)


def left(store: Store, clock: Clock) -> list[tuple[Entry, tuple[int, ...], int, int]]:
    """Return the entries that wait, each with its positions, its attempts and what is left of its wait."""
    return sorted(
        (entry, tuple(entry.positions), entry.attempts, max(0, due - clock.wall()))
        for entry, due in store.journal.waiting(0)
    )


def in_file(path: Path, clock: Clock) -> Store:
    store = Store.in_file(path, clock)
    store.start()
    return store


def url_of(place: Path | str) -> str:
    """Return the URL of a file, or a URL as it is."""
    return f"sqlite:///{place}" if isinstance(place, Path) else place
