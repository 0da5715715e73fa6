"""The counts of batches, which are kept so that nothing goes through history or through all that waits."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Priority, Status
from ingest_service.stores.sqlite.copying import sqlite_source, sqlite_target
from ingest_service.stores.sqlite.migrations import MIGRATIONS
from tests.doubles import VirtualClock
from tests.stores.steps import open_batches, open_next, submit
from tests.stores.store import Store

# Enough that the table `counted` has moved on twice, and some ingestions are behind it.
MANY = 600
some_of_many = pytest.mark.parametrize("sequence", [1, 256, 512, 513, MANY])


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


Counts = dict[Priority, tuple[int, int]]


def expected(path: Path) -> Counts:
    """Count the batches of all ingestions one by one, and those that wait."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT priority, length(ids) / 4, coalesce(released, length(ids) / 4) FROM ingestions "
            "LEFT JOIN backlog USING (sequence)"
        ).fetchall()
    counts = dict.fromkeys(Priority, (0, 0))
    for priority, ids, released in rows:
        batches, waiting = counts[priority]
        counts[priority] = batches - (-ids // 3), waiting - (-ids // 3) + (-released // 3)
    return counts


def known(store: Store) -> Counts:
    """Return the batches of each priority, and those that wait, as the store counts them."""
    counts = store.records.batch_counts()
    all_of = {p: sum(count for (priority, _), count in counts.items() if priority is p) for p in Priority}
    return {p: (all_of[p], counts.get((p, Status.YET_TO_START), 0)) for p in Priority}


def counted_up_to(path: Path) -> list[tuple[int, int]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT DISTINCT upto, waiting_upto FROM counted").fetchall()


def test_every_batch_is_counted_once_however_many_came(path: Path, store: Store) -> None:
    fill(store)
    assert known(store) == expected(path)


@some_of_many
def test_another_priority_moves_the_batches_of_an_ingestion(path: Path, store: Store, sequence: int) -> None:
    fill(store)
    open_next(store, 1, store.accepted[sequence - 1])
    for priority in (Priority.LOW, Priority.HIGH, Priority.HIGH):
        store.journal.reprioritise(sequence, priority)
        assert known(store) == expected(path)


@some_of_many
def test_batches_that_were_released_do_not_wait_any_more(path: Path, store: Store, sequence: int) -> None:
    fill(store)
    before = known(store)
    entry: Entry | None = store.accepted[sequence - 1]
    # Fewer ids than a batch has, as where slots are filled with single ids.
    for number, count in enumerate((1, 1, 3, 3, 3), 1):
        if entry is not None:
            batch, entry = entry.split(min(count, entry.next_size))
            open_batches(store, number, batch)
            assert known(store) == expected(path) != before


@some_of_many
def test_batches_that_were_cancelled_do_not_wait_any_more(path: Path, store: Store, sequence: int) -> None:
    fill(store)
    before = known(store)
    store.journal.cancel(sequence, ())
    assert known(store) == expected(path) != before


def test_what_is_removed_from_history_is_not_counted_any_more(path: Path, store: Store) -> None:
    fill(store)
    before = known(store)
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in ("backlog", "ingestions"):
            connection.execute(f"DELETE FROM {table} WHERE sequence IN (1, 256, 512, 513)")
    assert known(store) == expected(path)
    assert sum(count for count, _ in known(store).values()) < sum(count for count, _ in before.values())


def test_a_copy_counts_all_in_whichever_order_it_comes(path: Path, tmp_path: Path, store: Store) -> None:
    fill(store)
    store.stop()
    copy, clock = tmp_path / "copy.db", VirtualClock()
    with sqlite_source(path, clock) as source, sqlite_target(copy, clock) as target:
        for table in ("backlog", "ingestions"):
            target.write(table, reversed([*source.rows(table)]))
        target.finish(source.last_sequence())
    copied = Store.in_file(copy, clock)
    copied.start()
    assert known(copied) == expected(path)
    assert counted_up_to(copy) == [(MANY, MANY)]
    copied.stop()


def test_an_older_database_is_counted_when_it_is_migrated(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for script in MIGRATIONS[:5]:
            connection.executescript(script)
        rows = [(n, n.to_bytes(16), n % 3, n, 3, bytes(4 * (1 + n % 9))) for n in range(1, 300)]
        connection.executemany("INSERT INTO ingestions VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute("INSERT INTO backlog SELECT sequence, (length(ids) / 4 - 1) / 2 FROM ingestions")
        called = "SELECT sequence, released - 1, 1, 1, 0 FROM backlog WHERE released > 0"
        connection.execute(f"INSERT INTO calls {called}")
        connection.execute("PRAGMA user_version = 5")
    store = Store.in_file(path, VirtualClock())
    store.start()
    assert known(store) == expected(path)
    store.stop()


def test_all_but_the_last_few_ingestions_are_counted_already(path: Path, store: Store) -> None:
    fill(store)
    assert counted_up_to(path) == [(512, 512)]
