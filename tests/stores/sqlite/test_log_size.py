"""The log of SQLite shrinks again after a slow reader has let it grow."""

import sqlite3
from contextlib import closing
from pathlib import Path

from ingest_service.stores.sqlite.connections import connect

MIB = 1024 * 1024


def grow(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO words VALUES (zeroblob(?))", [MIB])


def test_the_log_is_small_again_once_no_reader_needs_it(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    log = Path(f"{path}-wal")
    with closing(connect(path)) as writer, closing(connect(path)) as reader:
        writer.execute("CREATE TABLE words (word)")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM words").fetchall()
        for _ in range(20):
            grow(writer)
        assert log.stat().st_size > 20 * MIB
        reader.execute("ROLLBACK")
        for _ in range(3):
            grow(writer)
        assert log.stat().st_size <= 8 * MIB
