"""The count of all batches, which is kept so that nothing goes through history."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest_service.domain.model import Priority
from ingest_service.stores.sqlite.schema import MIGRATIONS
from tests.doubles import VirtualClock
from tests.stores.steps import submit
from tests.stores.store import Store

# Enough that the table `counted` has moved on twice, and some ingestions are behind it.
MANY = 600


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ingest.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store.in_file(path, VirtualClock())
    store.start()
    yield store
    store.stop()


def fill(store: Store) -> None:
    """Submit ingestions of one to nine ids and of every priority."""
    for number in range(MANY):
        submit(store, range(1, 2 + number % 9), Priority(number % 3))


def expected(path: Path) -> dict[Priority, int]:
    """Count the batches of all ingestions one by one."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT priority, length(ids) / 4 FROM ingestions").fetchall()
    return {p: sum(-(-ids // 3) for priority, ids in rows if priority == p) for p in Priority}


def known(store: Store) -> dict[Priority, int]:
    counts = store.records.batch_counts()
    return {p: sum(count for (priority, _), count in counts.items() if priority is p) for p in Priority}


def test_every_batch_is_counted_once_however_many_came(path: Path, store: Store) -> None:
    fill(store)
    assert known(store) == expected(path)


@pytest.mark.parametrize("sequence", [1, 256, 512, 513, MANY])
def test_another_priority_moves_the_batches_of_an_ingestion(path: Path, store: Store, sequence: int) -> None:
    fill(store)
    for priority in (Priority.LOW, Priority.HIGH, Priority.HIGH):
        store.journal.reprioritise(sequence, priority)
        assert known(store) == expected(path)


def test_what_is_removed_from_history_is_not_counted_any_more(path: Path, store: Store) -> None:
    fill(store)
    before = sum(known(store).values())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM ingestions WHERE sequence IN (1, 256, 512, 513)")
    assert known(store) == expected(path)
    assert sum(known(store).values()) < before


def test_an_older_database_is_counted_when_it_is_migrated(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for script in MIGRATIONS[:5]:
            connection.executescript(script)
        rows = [(n, n.to_bytes(16), n % 3, n, 3, bytes(4 * (1 + n % 9))) for n in range(1, 300)]
        connection.executemany("INSERT INTO ingestions VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute("PRAGMA user_version = 5")
    store = Store.in_file(path, VirtualClock())
    store.start()
    assert known(store) == expected(path)
    store.stop()


def test_all_but_the_last_few_ingestions_are_counted_already(path: Path, store: Store) -> None:
    fill(store)
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT DISTINCT upto FROM counted").fetchall()
    assert rows == [(512,)]
