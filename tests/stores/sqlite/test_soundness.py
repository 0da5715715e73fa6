"""A start looks for damage in the schema, and in the rows of what waits."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ingest_service.errors import StoreDamaged
from tests.dispatch.on_disk import OnDisk

DAMAGES = {
    "another priority than in the index": ("ingestions_by_priority", "UPDATE ingestions SET priority = 0"),
    "another time than in the index": ("ingestions_by_time", "UPDATE ingestions SET created_at = created_at + 1"),
    "no priority": ("ingestions_by_priority", "UPDATE ingestions SET priority = 7"),
    "a cursor before the calls": ("", "UPDATE backlog SET released = 0"),
    "a cursor behind the calls": ("", "UPDATE backlog SET released = 6"),
    "a cursor behind the end": ("", "UPDATE backlog SET released = 3000"),
    "no ids": ("", "UPDATE ingestions SET ids = 'text'"),
    "no size": ("", "UPDATE ingestions SET batch_size = 0"),
    "no row": ("", "UPDATE backlog SET sequence = 2"),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ingest.db"


@pytest.fixture
def stopped(path: Path) -> OnDisk:
    """A process that has stopped; of its ingestion three ids were called, and others wait."""
    stopped = OnDisk(path)
    stopped.start()
    stopped.submit(range(1, 10))
    stopped.run_slot()
    stopped.stop()
    return stopped


def change(path: Path, unnoticed_by: str, statement: str) -> None:
    """Change rows without an index, as a bad disk does: its rows are kept aside meanwhile."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        (version,) = connection.execute("PRAGMA schema_version").fetchone()
        hidden = connection.execute(
            "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master WHERE name = ? OR type = 'trigger'",
            [unnoticed_by],
        ).fetchall()
        connection.execute("DELETE FROM sqlite_master WHERE name = ? OR type = 'trigger'", [unnoticed_by])
        connection.execute(f"PRAGMA schema_version = {version + 1}")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
        connection.execute("PRAGMA writable_schema = ON")
        connection.executemany("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", hidden)
        connection.execute(f"PRAGMA schema_version = {version + 2}")


def test_a_start_on_what_was_written_goes_on_where_it_was(stopped: OnDisk) -> None:
    stopped.start()
    assert stopped.run_slot() == (4, 5, 6)
    stopped.stop()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_start_on_a_damaged_row_is_refused_with_a_sentence_that_names_it(
    path: Path, stopped: OnDisk, damage: str
) -> None:
    change(path, *DAMAGES[damage])
    with pytest.raises(StoreDamaged, match=r"^ingestion number [12], which waits, is damaged in the database$"):
        stopped.start()
    stopped.stop()


@pytest.mark.parametrize(("table", "column"), [("slots", "number"), ("backlog", "sequence")])
def test_a_bit_that_makes_a_number_another_type_stops_the_start(
    path: Path, stopped: OnDisk, table: str, column: str
) -> None:
    whole = f"CREATE TABLE {table} (\n        {column} INTEGER"
    content = path.read_bytes()
    assert content.count(whole.encode()) == 1
    path.write_bytes(content.replace(whole.encode(), whole.replace("INTEGER", "INTEGDR").encode()))
    sentence = f"^the column {column} of the table {table} is damaged in the database$"
    with pytest.raises(StoreDamaged, match=sentence):
        stopped.start()
    stopped.stop()
