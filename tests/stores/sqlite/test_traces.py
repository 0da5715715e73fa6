"""A database is not begun anew where there was one: the start is refused with a sentence."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ingest_service.errors import StoreError
from tests.doubles import VirtualClock
from tests.stores.steps import next_batch, release, submit
from tests.stores.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database that has opened a slot, and is closed."""
    path = tmp_path / "ingest.db"
    store = started(path)
    release(store, 1, next_batch(submit(store, range(1, 5000))))
    store.stop()
    return path


def started(path: Path) -> Store:
    store = Store.in_file(path, VirtualClock())
    store.start()
    return store


def refusal(path: Path) -> str:
    """Return the sentence of a start that must be refused, and leaves everything as it was."""
    before = contents(path)
    store = Store.in_file(path, VirtualClock())
    with pytest.raises(StoreError) as refused:
        store.start()
    store.stop()
    assert contents(path) == {f"{path.name}.lock": b""} | before
    return str(refused.value)


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.parent.iterdir()}


def begun_anew(path: Path, *traces: str) -> str:
    names = " and ".join(f"{path}{trace}" for trace in traces)
    return (
        f"the database {path} is missing or empty, but a former one left {names}; put it back, or a backup of it; "
        f"to begin anew, without all that it held, remove {names} and wait one interval before the start"
    )


def test_a_missing_database_is_not_made_anew_beside_its_lock_file(path: Path) -> None:
    path.unlink()
    assert refusal(path) == begun_anew(path, ".lock")


@pytest.mark.parametrize("size", [0, 1])
def test_a_database_that_was_emptied_is_not_made_anew(path: Path, size: int) -> None:
    os.truncate(path, size)
    assert refusal(path) == begun_anew(path, ".lock")


def test_a_copy_without_tables_does_not_take_the_place_of_a_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    assert refusal(path) == begun_anew(path, ".lock")


def test_a_log_is_not_thrown_away_because_its_database_is_missing(tmp_path: Path) -> None:
    path, moved = tmp_path / "ingest.db", tmp_path / "moved.db"
    store = started(path)
    submit(store, [1, 2, 3])
    shutil.copy(f"{path}-wal", f"{moved}-wal")
    store.stop()
    assert refusal(moved) == begun_anew(moved, "-wal")


def test_everything_that_is_left_of_a_database_is_named(path: Path) -> None:
    path.unlink()
    path.with_name("ingest.db-wal").write_bytes(b"the end of it")
    assert refusal(path) == begun_anew(path, ".lock", "-wal")


def test_a_database_begins_anew_once_its_lock_file_is_removed_too(path: Path) -> None:
    path.unlink()
    path.with_name("ingest.db.lock").unlink()
    started(path).stop()


def test_a_lock_file_that_names_no_slot_is_no_trace(path: Path) -> None:
    """It is made before the database: a first start may be broken off in between."""
    path.unlink()
    path.with_name("ingest.db.lock").write_bytes(b"")
    started(path).stop()


@pytest.mark.parametrize("missing", [1, 4095, 4096, 20_000])
def test_a_copy_that_is_cut_off_is_refused_with_its_size(path: Path, missing: int) -> None:
    whole = path.stat().st_size
    os.truncate(path, whole - missing)
    path.with_name("ingest.db.lock").unlink()
    assert refusal(path).replace(",", "") == (
        f"the database {path} is cut off: {whole - missing} of its {whole} bytes are there; "
        "put a whole copy in its place"
    )


def test_pages_that_are_in_the_log_only_are_not_missing(tmp_path: Path) -> None:
    path, killed = tmp_path / "ingest.db", tmp_path / "killed.db"
    store = started(path)
    submit(store, range(1, 5000))
    for ending in ("", "-wal"):
        shutil.copy(f"{path}{ending}", f"{killed}{ending}")
    store.stop()
    again = started(killed)
    assert again.records.batch_counts()
    again.stop()
