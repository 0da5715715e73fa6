"""Databases of former versions."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from ingest_service.audit.chain import ChainCheck
from ingest_service.audit.findings import Findings
from ingest_service.domain.ledger import LastSlot, Outcome
from ingest_service.domain.model import Priority, Status
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.errors import StoreError
from ingest_service.ports.records import ListFilter
from ingest_service.stores.sqlite.migrations import MIGRATIONS
from tests.doubles import VirtualClock
from tests.stores.steps import next_batch, release, submission_of, submit
from tests.stores.store import Store

WAITS, BEGUN, FAILING, DONE = (uuid4() for _ in range(4))
FIRST_VERSION = """
INSERT INTO backlog VALUES (1, 0), (2, 3);
INSERT INTO open_batches VALUES (3, 0);
INSERT INTO slots VALUES (1, 'b', 10, 1000, 11, 1500), (2, 'b', 20, 2000, NULL, NULL);
INSERT INTO calls VALUES (2, 0, 1, 1), (2, 1, 1, 2), (2, 2, 1, 3), (3, 0, 2, 1), (4, 0, 1, 1);
INSERT INTO retries VALUES (3, 0, 2, 70);
INSERT INTO pause VALUES (1, 90);
INSERT INTO outcomes VALUES (2, 0, 1, '{}', NULL, 1, 200), (2, 1, 2, '{}', NULL, 1, 200);
INSERT INTO outcomes VALUES (2, 2, 3, NULL, 'HTTP 404', 1, 404), (4, 0, 1, '{}', NULL, 1, 200);
PRAGMA user_version = 1;
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of the first version with an ingestion in every state."""
    path = tmp_path / "ingest.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(MIGRATIONS[0])
        for sequence, (ingestion_id, count) in enumerate({WAITS: 4, BEGUN: 4, FAILING: 1, DONE: 1}.items(), 1):
            ids = PackedIds.of(range(1, count + 1)).packed
            row = [sequence, ingestion_id.bytes, sequence % 3, sequence * 100, 3, ids]
            connection.execute("INSERT INTO ingestions VALUES (?, ?, ?, ?, ?, ?)", row)
        connection.executescript(FIRST_VERSION)
    return path


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store.in_file(path, VirtualClock())
    store.start()
    yield store
    store.stop()


def test_a_database_of_the_first_version_keeps_all_it_held(store: Store) -> None:
    listed = [progress for progress, _ in store.records.listed(ListFilter(None, None, 99, 99))]
    assert [failed for _, failed in store.records.listed(ListFilter(None, None, 99, 99))] == [0, 0, 1, 0]
    assert [(one.ingestion.id, one.status) for one in listed] == [
        (DONE, Status.COMPLETED),
        (FAILING, Status.TRIGGERED),
        (BEGUN, Status.TRIGGERED),
        (WAITS, Status.YET_TO_START),
    ]
    assert [(one.ingestion.id_count, one.ingestion.deadline, one.cancelled) for one in listed] == [
        *((1, None, False), (1, None, False), (4, None, False), (4, None, False))
    ]
    assert [(e.sequence, tuple(e.positions), e.attempts, due) for e, due in sorted(store.journal.waiting(0))] == [
        (3, (0,), 2, 70),
        (1, (0, 1, 2, 3), 0, 0),
        (2, (3,), 0, 0),
    ]
    assert [outcome for _, outcome in store.records.outcomes(BEGUN, 0, 9) or []] == [
        Outcome(2, "{}", None, 1, 200),
        Outcome(3, None, "HTTP 404", 1, 404),
    ]
    assert store.journal.last_slot() == LastSlot(2, "b", None, trusted=False)
    assert store.records.slots(before=2, limit=1)[0].calls == (
        (DONE, 0, 1),
        (BEGUN, 0, 1),
        (BEGUN, 0, 2),
        (BEGUN, 0, 3),
    )
    assert [slot.replica for slot in store.records.slots(before=9, limit=9)] == [None, None]
    assert store.journal.paused_until() == 90
    assert store.journal.paused_at() is None


def test_a_database_of_the_first_version_can_do_all_that_is_new(store: Store) -> None:
    store.journal.cancel(1, [])
    store.journal.reprioritise(2, Priority.HIGH)
    store.journal.pause(70)
    repeated = submission_of([1])
    assert store.add(repeated, "k") == store.add(repeated, "k")
    while store.records.prune(5000, 0, 100):
        pass
    assert [progress.ingestion.id for progress, _ in store.records.listed(ListFilter(None, None, 99, 99))] == [
        *(repeated.id, FAILING, BEGUN, WAITS)
    ]
    cancelled = store.records.listed(ListFilter(Status.CANCELLED, None, 99, 99))
    assert [progress.ingestion.id for progress, _ in cancelled] == [WAITS]


def test_slots_of_a_former_version_have_no_link_and_the_chain_begins_behind_them(store: Store) -> None:
    release(store, 3, next_batch(submit(store, [1])))
    old, crashed, new = store.records.ledger.audit_slots(0, 9).slots
    assert (old.link, old.opening, old.closing, crashed.closing) == (None, "m b 10", "m 11", None)
    check = ChainCheck(Findings())
    for slot in (old, crashed, new):
        check.add(slot, ())
    assert (check.unlinked, check.linked, check.first_broken) == (2, 1, None)


def test_ingestions_that_waited_in_a_former_version_may_have_had_another_priority(store: Store) -> None:
    with store.database.read() as connection:
        rows = connection.execute("SELECT sequence FROM reprioritised").fetchall()
    assert rows == [(1,), (2,), (3,)]


def test_a_migration_that_is_cut_off_leaves_the_former_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE forgotten (of_somebody_else)")
        connection.commit()
    store = Store.in_file(path, VirtualClock())
    with pytest.raises(StoreError, match="cannot be brought to schema version 2: table forgotten already"):
        store.start()
    store.stop()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert "cancellations" not in tables
