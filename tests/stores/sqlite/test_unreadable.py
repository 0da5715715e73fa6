"""A database whose first statement fails stops the start with one sentence."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ingest_service.errors import StoreDamaged, StoreError
from ingest_service.stores.sqlite.connections import connect
from ingest_service.stores.sqlite.database import SqliteDatabase
from ingest_service.stores.sqlite.schema import migrate
from tests.doubles import VirtualClock


class UnreadableConnection(sqlite3.Connection):
    """A connection on a disk that gives nothing back."""

    def execute(self, *_: Any) -> sqlite3.Cursor:
        raise sqlite3.OperationalError("disk I/O error")


def test_the_first_statement_that_fails_is_a_sentence() -> None:
    connection = sqlite3.connect(":memory:", factory=UnreadableConnection)
    with closing(connection), pytest.raises(StoreError) as caught:
        migrate(connection)
    assert str(caught.value) == "the database cannot be read: disk I/O error"


def test_a_damaged_statement_that_sqlite_quotes_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path)) as connection:
        migrate(connection)
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE backlog (", b"CREATE TABLE backlog \xc1"))
    with pytest.raises(StoreDamaged, match="'utf-8' codec can't decode"):
        connect(path)


def test_a_write_through_a_damaged_trigger_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    database = SqliteDatabase(path, VirtualClock())
    database.start()
    database.stop()
    path.write_bytes(path.read_bytes().replace(b"UPDATE counted", b"UPDATE count\xc1d"))
    database.start()
    with pytest.raises(StoreDamaged, match=r"^the database could not be written: 'utf-8' codec can't decode"):
        database.write(lambda connection: connection.execute("INSERT INTO backlog VALUES (1, 0)"))
    assert database.damage is not None
    database.stop()
