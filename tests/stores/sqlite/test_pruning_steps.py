"""History is removed in small steps, and a crash may come between any two of them."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest_service.domain.ledger import Outcome, Retry, Slip
from ingest_service.ports.records import BelievedTime
from ingest_service.stores.sql.pruning import read_ended
from tests.doubles import VirtualClock
from tests.stores.steps import close, finish, open_next, submission_of, submit, waiting
from tests.stores.store import Store

TABLES = (
    *("ingestions", "calls", "outcomes", "cancellations", "deadlines", "slips", "idempotency_keys"),
    "checksums",
)
OTHERS = ("slots", "retries", "forgotten", "thinned_slots")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ingest.db"


@pytest.fixture
def store(path: Path, clock: VirtualClock) -> Iterator[Store]:
    """A store with rows in every table, all of them history but for the slot of one id."""
    store = Store.in_file(path, clock)
    store.start()
    entries = [submit(store, range(1, 9), key=str(number), deadline=9) for number in range(3)]
    store.records.add_slips({entry.sequence: Slip(1, 2, 3, "because") for entry in entries})
    close(store, open_next(store, 1, entries[1]), [Outcome(1), Retry(1, 50, 70), Retry(1, 50, 70)])
    for number, entry in enumerate(waiting(store)[1:]):
        finish(store, number * 10 + 2, entry)
    for entry in entries:
        store.journal.cancel(entry.sequence, [(7, Outcome(8, error="cancelled"))])
    clock.time += 1000
    open_next(store, 50, submit(store, [1]))
    yield store
    store.stop()


def rows(path: Path) -> Counter[str]:
    with closing(sqlite3.connect(path)) as connection:
        counts = {name: connection.execute(f"SELECT count(*) FROM {name}") for name in (*TABLES, *OTHERS)}
        return +Counter({name: count.fetchone()[0] for name, count in counts.items()})


LEFT = Counter(ingestions=1, calls=1, slots=1, checksums=1)


def test_every_row_of_history_goes_and_no_other(store: Store, path: Path, clock: VirtualClock) -> None:
    assert rows(path).keys() == {*TABLES, "slots"}
    while store.records.prune(clock.wall(), 0, 100):
        pass
    assert rows(path) == LEFT


def test_the_next_ingestions_are_looked_for_when_nothing_is_left_of_the_last(
    store: Store, path: Path, clock: VirtualClock
) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert read_ended(connection, clock.wall(), 2) == [1, 2]
        assert store.records.prune(clock.wall(), 0, 2)
        assert read_ended(connection, clock.wall(), 2) == []


@pytest.mark.parametrize("most", [1, 2, 5, 30])
def test_a_step_removes_no_more_rows_than_it_may(store: Store, path: Path, clock: VirtualClock, most: int) -> None:
    more, before = True, rows(path)
    while more:
        more = store.records.prune(clock.wall(), 0, most)
        after = rows(path)
        assert sum(before[name] - after[name] for name in (*TABLES, "slots")) in range(more, most + 1)
        before = after


@pytest.mark.parametrize("steps", range(1, 18))
def test_a_crash_between_two_steps_leaves_nothing_behind(
    store: Store, path: Path, tmp_path: Path, clock: VirtualClock, steps: int
) -> None:
    for _ in range(steps):
        assert store.records.prune(clock.wall(), 0, 3)
    crashed = tmp_path / "crashed.db"
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", f"{crashed}{suffix}")
    restarted = Store.in_file(crashed, clock)
    restarted.start()
    assert len(waiting(restarted)) == 1
    while restarted.records.prune(clock.wall(), 0, 100):
        pass
    restarted.stop()
    assert rows(crashed) == LEFT


def test_large_ingestions_are_removed_one_at_a_time(tmp_path: Path, clock: VirtualClock) -> None:
    path = tmp_path / "large.db"
    store = Store.in_file(path, clock)
    store.start()
    for _ in range(2):
        store.journal.cancel(submit(store, range(1, 100_001)).sequence, [])
    for _ in range(20):
        store.journal.cancel(submit(store, [1]).sequence, [])
    clock.time += 1000
    seen = [22]
    while store.records.prune(clock.wall(), 0, 50):
        seen.append(rows(path)["ingestions"])
    store.stop()
    assert [*dict.fromkeys(seen)] == [22, 21, 20, 0]


def test_a_key_of_an_ingestion_that_is_half_removed_may_be_used_again(
    store: Store, path: Path, clock: VirtualClock
) -> None:
    assert store.records.prune(clock.wall(), 0, 3)
    assert rows(path)["idempotency_keys"] == 3
    again = submission_of([7])
    assert store.add(again, "1") == again.id
    while store.records.prune(clock.wall(), 0, 100):
        pass
    assert store.journal.resubmitted(again, "1") == again.id
    assert rows(path)["idempotency_keys"] == 1


@pytest.mark.parametrize("damaged", ["soon", b"\xff", 1.5])
def test_a_believed_time_that_is_no_number_is_as_good_as_none(store: Store, path: Path, damaged: object) -> None:
    store.records.keep_believed_time(BelievedTime(1, 2))
    assert store.records.believed_time() == BelievedTime(1, 2)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE believed_time SET keys = ?", [damaged])
    assert store.records.believed_time() is None
