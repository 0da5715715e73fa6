"""The database file: durability, the lock, and many writes to it at once."""

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from ingest_service.errors import KeyReused, StoreError, StoreInUse
from ingest_service.stores.sqlite.connections import connect
from ingest_service.stores.sqlite.database import BETWEEN_LOOKS, SqliteDatabase
from ingest_service.stores.sqlite.migrations import MIGRATIONS
from tests.doubles import VirtualClock
from tests.stores.sqlite.gathering import Gathering
from tests.stores.steps import next_batch, release, rest_of, submission_of, submit, waiting
from tests.stores.store import Store


def open_store(path: Path) -> Store:
    store = Store.in_file(path, VirtualClock())
    store.start()
    return store


def trusted(path: Path) -> bool:
    store = open_store(path)
    last = store.journal.last_slot()
    store.stop()
    assert last is not None
    return last.trusted


def allow_no_more_pages(connection: sqlite3.Connection) -> None:
    """Let the database be as if the disk were nearly full."""
    connection.execute("PRAGMA max_page_count = 20")


def nonsense(connection: sqlite3.Connection) -> None:
    connection.execute("nonsense")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ingest.db"


def test_commits_wait_for_the_disk(path: Path) -> None:
    connection = connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    connection.close()


def test_a_million_ids_are_one_row_of_four_megabytes(path: Path) -> None:
    store = open_store(path)
    submit(store, range(1, 1_000_001))
    store.stop()
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*), sum(length(ids)) FROM ingestions").fetchone() == (1, 4_000_000)
    assert connection.execute("SELECT count(*) FROM backlog").fetchone() == (1,)
    connection.close()


def test_a_second_store_on_the_same_file_is_refused_with_a_sentence(path: Path) -> None:
    store = open_store(path)
    with pytest.raises(StoreInUse) as caught:
        open_store(path)
    assert str(caught.value) == (
        f"another process works on this database (it holds {path}.lock); stop it first, "
        "or give this one a database of its own with INGEST_DATABASE_URL"
    )
    store.stop()


def test_a_stopped_store_lets_the_next_one_in(path: Path) -> None:
    open_store(path).stop()
    open_store(path).stop()


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot open the lock file .*nowhere/ingest.db.lock: No such file"):
        open_store(tmp_path / "nowhere" / "ingest.db")


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.write_text("this is a letter, not a database, and long enough to look like one" * 20)
    store = Store.in_file(path, VirtualClock())
    with pytest.raises(StoreError, match=r"cannot open the database .*ingest.db: file is not a database"):
        store.start()
    store.stop()


def test_a_database_of_a_newer_program_is_refused_with_a_sentence(path: Path) -> None:
    open_store(path).stop()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    store = Store.in_file(path, VirtualClock())
    known = len(MIGRATIONS)
    with pytest.raises(StoreError, match=f"schema version {known + 1}, this program knows versions up to {known}"):
        store.start()
    store.stop()


def test_the_ledger_this_machine_wrote_last_is_trusted(path: Path) -> None:
    store = open_store(path)
    release(store, 1, next_batch(submit(store, range(1, 10))))
    store.stop()
    assert trusted(path)
    assert trusted(path)


def test_a_ledger_restored_from_a_backup_is_not_trusted(path: Path, tmp_path: Path) -> None:
    store = open_store(path)
    entry = submit(store, range(1, 10))
    release(store, 1, next_batch(entry))
    store.stop()
    backup = shutil.copy(path, tmp_path / "backup")
    store = open_store(path)
    release(store, 2, next_batch(rest_of(entry)))
    store.stop()
    shutil.copy(backup, path)
    assert not trusted(path)


def test_a_ledger_moved_to_another_place_is_not_trusted(path: Path, tmp_path: Path) -> None:
    store = open_store(path)
    release(store, 1, next_batch(submit(store, range(1, 10))))
    store.stop()
    elsewhere = tmp_path / "elsewhere.db"
    shutil.move(path, elsewhere)
    assert not trusted(elsewhere)


def test_a_crash_between_the_ledger_and_the_lock_file_leaves_nothing_trusted(path: Path) -> None:
    store = open_store(path)
    release(store, 1, next_batch(submit(store, range(1, 10))))
    store.stop()
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO slots (number, boot, opened, opened_at, started) VALUES (2, 'b', 1, 1, 1)")
    connection.commit()
    connection.close()
    assert not trusted(path)


def test_a_full_disk_refuses_a_submission_and_keeps_the_others(path: Path) -> None:
    store = open_store(path)
    kept = submit(store, range(1, 4))
    store.database.write(allow_no_more_pages)
    with pytest.raises(StoreError, match="the database could not be written: database or disk is full"):
        submit(store, range(1, 1_000_001))
    again = submit(store, range(1, 4))
    assert waiting(store) == [kept, again]
    store.stop()


def test_a_reused_key_fails_alone_and_the_others_of_its_group_are_kept(path: Path) -> None:
    commits: list[int] = []
    database = SqliteDatabase(path, VirtualClock(), lambda writes, _: commits.append(writes))
    store = Store.of(database, VirtualClock())
    store.start()
    gathering = Gathering(database._writer)
    first, other = submission_of([1]), submission_of([2])
    gathering.ask("before", lambda: store.add(submission_of([3])))
    gathering.ask("first", lambda: store.add(first, "k"))
    gathering.ask("reused", lambda: store.add(other, "k"))
    gathering.ask("again", lambda: store.add(replace(first, id=other.id), "k"))
    gathering.ask("after", lambda: store.add(submission_of([4])))
    gathering.let_go()
    assert [list(store.records.ids(entry.sequence)) for entry in store.accepted] == [[3], [1], [4]]
    assert [*gathering.errors] == ["reused"]
    assert isinstance(gathering.errors["reused"], KeyReused)
    assert gathering.results["again"] == first.id
    assert commits == [1, 5]
    assert waiting(store) == store.accepted
    store.stop()


def test_a_key_in_a_group_that_is_split_makes_one_ingestion(path: Path) -> None:
    database = SqliteDatabase(path, VirtualClock())
    store = Store.of(database, VirtualClock())
    store.start()
    gathering = Gathering(database._writer)
    first = submission_of([1])
    gathering.ask("first", lambda: store.add(first, "k"))
    gathering.ask("bad", lambda: database.write(nonsense))
    gathering.ask("again", lambda: store.add(replace(first, id=uuid4()), "k"))
    gathering.let_go()
    assert gathering.results == {"first": first.id, "again": first.id}
    assert [*gathering.errors] == ["bad"]
    assert waiting(store) == store.accepted
    assert len(store.accepted) == 1
    store.stop()


VERSION = "PRAGMA user_version"


def change_version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute(VERSION).fetchone()
    connection.execute(f"{VERSION} = {version + 1}")
    return int(version + 1)


def test_a_row_is_the_one_of_the_last_commit(path: Path) -> None:
    database, seen = SqliteDatabase(path, VirtualClock()), []
    database.start()
    for _ in range(2):
        before = database.read_row(VERSION, [])
        now = database.write(change_version, lambda _: seen.append(database.read_row(VERSION, [])))
        assert [seen.pop(), database.read_row(VERSION, [])] == [(now,), (now,)] != [before, before]
    database.stop()


def test_a_row_is_not_read_again_before_the_next_commit(path: Path) -> None:
    database = SqliteDatabase(path, VirtualClock())
    database.start()
    before = database.read_row(VERSION, [])
    other = connect(path)
    change_version(other)
    assert database.read_row(VERSION, []) == before
    with pytest.raises(StoreError):
        database.write(nonsense)
    assert database.read_row(VERSION, []) == other.execute(VERSION).fetchone() != before
    other.close()
    database.stop()


def test_a_database_that_starts_again_reads_its_rows_again(path: Path) -> None:
    database = SqliteDatabase(path, VirtualClock())
    counted = "SELECT count(*) FROM counted WHERE batches > 0"
    database.start()
    assert database.read_row(counted, []) == (0,)
    database.stop()
    other = connect(path)
    other.execute("UPDATE counted SET batches = 1 WHERE priority = 0")
    other.close()
    database.start()
    assert database.read_row(counted, []) == (1,)
    database.stop()


def test_a_row_is_read_from_a_file_that_was_removed_for_a_moment_at_most(path: Path) -> None:
    clock = VirtualClock()
    database = SqliteDatabase(path, clock)
    database.start()
    assert database.read_row("SELECT 7", []) == (7,)
    path.rename(path.with_name("moved.db"))
    clock.time += BETWEEN_LOOKS - 1
    assert database.read_row("SELECT 7", []) == (7,)
    clock.time += 1
    for _ in range(2):
        with pytest.raises(StoreError, match="was removed or replaced"):
            database.read_row("SELECT 7", [])
    database.stop()


def test_the_first_row_is_not_read_from_a_file_that_was_removed(path: Path) -> None:
    database = SqliteDatabase(path, VirtualClock())
    database.start()
    path.rename(path.with_name("moved.db"))
    with pytest.raises(StoreError, match="was removed or replaced"):
        database.read_row("SELECT 7", [])
    database.stop()
