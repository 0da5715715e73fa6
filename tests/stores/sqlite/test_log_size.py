"""The log of SQLite shrinks again after a slow reader has let it grow."""

import sqlite3
from contextlib import closing
from pathlib import Path

from ingest_service.stores.sqlite.connections import connect
from tests.copying.filled import in_file
from tests.doubles import VirtualClock
from tests.stores.steps import next_batch, release, submit

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


def test_the_log_of_a_large_submission_is_small_again_after_its_first_slot_and_gone_after_a_stop(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ingest.db"
    log = Path(f"{path}-wal")
    store = in_file(path, VirtualClock())
    submit(store, range(1, 5_000_001))
    assert log.stat().st_size > 16 * MIB
    release(store, 1, next_batch(store.accepted[0]))
    assert log.stat().st_size <= 8 * MIB
    store.stop()
    assert not log.exists()
