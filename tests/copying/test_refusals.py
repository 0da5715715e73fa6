"""The refusals of a copy, and the state that it leaves when it fails."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count, takewhile
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from ingest_service.clock import SystemClock
from ingest_service.copying import copy
from ingest_service.errors import CopyRefused, IdsDamaged, StoreError
from ingest_service.stores.postgres.replicas import Replica
from ingest_service.stores.sql.copying import TABLES
from tests.copying.filled import fill, in_file, url_of
from tests.doubles import VirtualClock
from tests.engines.wiring import SECOND
from tests.postgres.databases import Databases

OPEN = (
    "INSERT INTO slots (number, owner, replica, opened_at, call_grant, call_timeout, slot_interval) "
    f"VALUES (7, '{uuid4()}', 'blue', wall_clock() - %s, {2 * SECOND}, {10 * SECOND}, {5 * SECOND})"
)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    path, clock = tmp_path / "filled.db", VirtualClock()
    store = in_file(path, clock)
    fill(store, clock)
    store.stop()
    return path


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    path = tmp_path / "empty.db"
    in_file(path, VirtualClock()).stop()
    return path


def copied(source: Path | str, target: Path | str) -> None:
    copy(url_of(source), url_of(target), SystemClock())


def refusal(source: Path | str, target: Path | str) -> str:
    with pytest.raises(CopyRefused) as raised:
        copied(source, target)
    return str(raised.value)


def execute(url: str, statement: str, *parameters: object) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement.encode(), parameters)
        return cursor.fetchall() if cursor.description else []


def rows_in(place: Path | str) -> list[str]:
    """Return the tables that have rows."""
    if isinstance(place, str):
        return [table for table in TABLES if execute(place, f"SELECT 1 FROM {table}")]
    with closing(sqlite3.connect(place)) as connection:
        return [table for table in TABLES if connection.execute(f"SELECT 1 FROM {table}").fetchall()]


def show(url: str, name: str) -> None:
    """Let a replica be seen now."""
    owner = Replica(name).owner
    execute(url, "INSERT INTO replicas VALUES (%s, %s, 0, wall_clock())", owner, name)


@contextmanager
def in_use(path: Path) -> Iterator[None]:
    store = in_file(path, VirtualClock())
    yield
    store.stop()


def test_a_file_that_a_service_works_on_is_refused_on_both_sides(filled: Path, empty: Path) -> None:
    with in_use(filled):
        assert refusal(filled, empty) == f"a process works on {filled}: stop it first"
    with in_use(empty):
        assert refusal(filled, empty) == f"a process works on {empty}: stop it first"


def test_a_database_that_a_replica_works_on_is_refused_on_both_sides(postgres_url: str, empty: Path) -> None:
    show(postgres_url, "green")
    show(postgres_url, "blue")
    stop = "stop every replica, and copy 6 s later"
    assert refusal(postgres_url, empty) == f"replica blue works on the source: {stop}"
    assert refusal(empty, postgres_url) == f"replica blue works on the target: {stop}"


def test_a_replica_that_was_seen_a_while_ago_does_no_harm(postgres_url: str, filled: Path) -> None:
    execute(postgres_url, "INSERT INTO replicas VALUES (%s, 'blue', 0, wall_clock() - %s)", uuid4(), 7 * SECOND)
    copied(filled, postgres_url)


def test_a_slot_whose_calls_may_be_under_way_is_refused(postgres_url: str, empty: Path) -> None:
    execute(postgres_url, OPEN, 3 * SECOND)
    assert refusal(postgres_url, empty) == "slot 7 is open, and calls of it may be under way: copy 9 s later"
    execute(postgres_url, "UPDATE slots SET opened_at = opened_at - %s", 9 * SECOND)
    copied(postgres_url, empty)


def test_the_wait_for_an_open_slot_is_bounded_whatever_the_clocks_say(postgres_url: str, empty: Path) -> None:
    execute(postgres_url, OPEN, -3600 * SECOND)
    assert refusal(postgres_url, empty).endswith("copy 12 s later")


def test_a_target_that_is_not_empty_is_refused(filled: Path, postgres_url: str, tmp_path: Path) -> None:
    copied(filled, postgres_url)
    other = tmp_path / "other.db"
    copied(filled, other)
    assert refusal(other, postgres_url) == "the target is not empty: copy into a new database"
    sentence = f"the target {other} is not empty: copy into a file that does not exist"
    assert refusal(postgres_url, other) == sentence


@pytest.mark.parametrize("table", [table for table in TABLES if table != "believed_time"])
def test_one_row_is_enough(table: str, filled: Path, empty: Path) -> None:
    with closing(sqlite3.connect(empty)) as connection, connection:
        connection.execute(f"ATTACH '{filled}' AS filled")
        connection.execute(f"INSERT INTO {table} SELECT * FROM filled.{table} LIMIT 1")
    assert "is not empty" in refusal(filled, empty)


BELIEVED = "INSERT INTO believed_time VALUES (1, 17, 18)"


def test_a_target_that_was_only_started_is_empty_and_believes_the_time_of_the_source(
    filled: Path, empty: Path, postgres_url: str
) -> None:
    with closing(sqlite3.connect(empty)) as connection, connection:
        connection.execute(BELIEVED)
    with psycopg.connect(postgres_url) as session:
        session.execute(BELIEVED)
    copied(filled, empty)
    copied(filled, postgres_url)
    for path in (filled, empty):
        with closing(sqlite3.connect(path)) as connection:
            believed = connection.execute("SELECT * FROM believed_time").fetchall()
        assert believed == execute(postgres_url, "SELECT * FROM believed_time")


def test_a_database_is_not_copied_into_itself(filled: Path, postgres_url: str) -> None:
    same = "the source and the target are the same database"
    assert refusal(filled, filled.parent / "." / filled.name) == same
    assert refusal(postgres_url, postgres_url) == same


def test_a_source_that_is_not_there_is_refused_and_nothing_is_made(tmp_path: Path, postgres: Databases) -> None:
    assert refusal(tmp_path / "no.db", tmp_path / "new.db") == f"there is no database {tmp_path}/no.db"
    (tmp_path / "another.db").touch()
    assert refusal(tmp_path / "another.db", tmp_path / "new.db").endswith(
        "another.db is no database of this service"
    )
    with postgres.bare() as url:
        assert refusal(url, tmp_path / "new.db") == "the source has no tables of this service"
        assert execute(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    assert not (tmp_path / "new.db").exists()


def test_tables_are_made_in_a_new_database(filled: Path, postgres: Databases) -> None:
    with postgres.bare() as url:
        copied(filled, url)
        # The pause of the upstream was over long ago.
        assert rows_in(url) == [table for table in TABLES if table != "pause"]


def spoil_retries(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE retries SET attempts = 'many'")


def spoil_ids(connection: sqlite3.Connection) -> None:
    connection.execute(
        "UPDATE ingestions SET ids = zeroblob(length(ids)) WHERE sequence = (SELECT max(sequence) FROM backlog)"
    )


@pytest.mark.parametrize(("spoil", "error"), [(spoil_retries, StoreError), (spoil_ids, IdsDamaged)])
def test_a_copy_that_fails_leaves_the_target_empty(
    spoil: Callable[[sqlite3.Connection], None],
    error: type[Exception],
    filled: Path,
    postgres_url: str,
    empty: Path,
) -> None:
    good = filled.with_name("good.db")
    shutil.copy(filled, good)
    with closing(sqlite3.connect(filled)) as connection, connection:
        spoil(connection)
    with pytest.raises(error):
        copied(filled, postgres_url)
    assert rows_in(postgres_url) == []
    copied(good, postgres_url)
    execute(postgres_url, "ALTER TABLE slips DROP latest")
    with pytest.raises(StoreError):
        copied(postgres_url, empty)
    assert rows_in(empty) == []


@pytest.mark.parametrize("table", ["ingestions", "retries"])
def test_a_copy_that_is_interrupted_leaves_both_databases_as_they_were(
    table: str, filled: Path, empty: Path, postgres_url: str
) -> None:
    copied(filled, postgres_url)
    before = rows_in(postgres_url)
    rows = count(1)

    def interrupt(_: int) -> None:
        if next(rows) == (3 if table == "ingestions" else rows_before("retries", postgres_url) + 1):
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            copy(postgres_url, url_of(empty), SystemClock(), copied=interrupt)
        assert rows_in(empty) == []
        assert rows_in(postgres_url) == before
        rows = count(1)
    copied(postgres_url, empty)


def rows_before(table: str, url: str) -> int:
    """Return the number of rows that are copied before a table."""
    before = takewhile(lambda one: one != table, TABLES)
    return sum(len(execute(url, f"SELECT 1 FROM {one}")) for one in before)


def test_ids_of_an_ingestion_that_is_over_may_be_damaged(filled: Path, empty: Path) -> None:
    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("UPDATE ingestions SET ids = zeroblob(length(ids)) WHERE sequence = 2")
    copied(filled, empty)


@pytest.mark.parametrize("which", ["source", "target"])
def test_no_error_shows_a_password(which: str, filled: Path) -> None:
    secret = "postgresql://me:s3cret@127.0.0.1:1/ingest"
    with pytest.raises(StoreError, match="the database cannot be reached") as raised:
        copied(secret if which == "source" else filled, secret if which == "target" else filled)
    assert "s3cret" not in str(raised.value)
