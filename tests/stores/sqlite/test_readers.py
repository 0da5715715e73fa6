"""Connections that readers share."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest

from ingest_service.errors import StoreError
from ingest_service.stores.sqlite.connections import Readers, connect


class Stuck(sqlite3.Connection):
    """A connection whose transactions cannot be ended."""

    def __exit__(self, *_: object) -> Literal[False]:
        return False


def test_a_connection_that_could_not_leave_its_transaction_is_not_lent_again(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    with closing(connect(path)) as writer:
        writer.execute("CREATE TABLE words (word TEXT)")
        readers = Readers(path)
        readers._idle.append(sqlite3.connect(path, isolation_level=None, factory=Stuck))
        with readers.snapshot() as reading:
            assert reading.execute("SELECT * FROM words").fetchall() == []
        writer.execute("INSERT INTO words VALUES ('new')")
        for _ in range(2):
            with readers.snapshot() as reading:
                assert reading.execute("SELECT * FROM words").fetchall() == [("new",)]
        readers.close()


def test_a_reading_without_memory_is_an_error_of_the_store(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    connect(path).close()
    readers = Readers(path)
    with pytest.raises(StoreError, match="could not be read: no memory is left"), readers.snapshot():
        raise MemoryError
    readers.close()
