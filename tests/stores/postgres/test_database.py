"""The database, as it is read and written beside the gate."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import psycopg
import pytest

from ingest_service.errors import StoreError, StoreStopped
from ingest_service.stores.postgres.database import PostgresDatabase
from ingest_service.stores.postgres.dialect import PostgresConnection
from ingest_service.stores.postgres.pool import MOST_SESSIONS
from ingest_service.stores.sql.database import Connection
from tests.postgres.databases import Databases
from tests.processes.waiting import eventually

COUNT = "SELECT count(*) FROM thinned_slots"
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
def database(postgres_url: str) -> Iterator[PostgresDatabase]:
    database = PostgresDatabase(postgres_url)
    database.start()
    yield database
    database.stop()


@pytest.fixture
def other(postgres_url: str) -> Iterator[psycopg.Connection]:
    """A connection of somebody else."""
    with psycopg.connect(postgres_url, autocommit=True) as other:
        yield other


def ask(connection: Connection, question: str) -> object:
    return connection.execute(question).fetchone()[0]


def read(database: PostgresDatabase, question: str) -> object:
    with database.read() as connection:
        return ask(connection, question)


def insert(number: int) -> Callable[[PostgresConnection], None]:
    def statements(connection: PostgresConnection) -> None:
        connection.execute("INSERT INTO thinned_slots (number) VALUES (?)", [number])

    return statements


def test_a_start_migrates_the_database(postgres: Databases) -> None:
    with postgres.bare() as url:
        database = PostgresDatabase(url)
        assert not database.alive
        database.start()
        assert database.alive
        assert read(database, COUNT) == 0
        database.stop()


def test_all_that_is_read_is_of_one_moment(database: PostgresDatabase, other: psycopg.Connection) -> None:
    with database.read() as connection:
        assert ask(connection, COUNT) == 0
        other.execute("INSERT INTO thinned_slots VALUES (1)")
        assert ask(connection, COUNT) == 0
    assert read(database, COUNT) == 1


def test_a_read_inside_of_another_is_of_its_moment(database: PostgresDatabase, other: psycopg.Connection) -> None:
    with database.read() as outer:
        ask(outer, COUNT)
        other.execute("INSERT INTO thinned_slots VALUES (1)")
        with database.read() as inner:
            assert ask(inner, COUNT) == 0
        assert ask(outer, COUNT) == 0
    assert read(database, COUNT) == 1


def test_a_read_of_another_thread_is_of_its_own_moment(
    database: PostgresDatabase, other: psycopg.Connection
) -> None:
    with database.read() as connection, ThreadPoolExecutor(1) as thread:
        ask(connection, COUNT)
        other.execute("INSERT INTO thinned_slots VALUES (1)")
        assert thread.submit(read, database, COUNT).result() == 1
        assert ask(connection, COUNT) == 0


def test_a_read_that_failed_inside_of_another_leaves_the_thread_without_one(database: PostgresDatabase) -> None:
    with pytest.raises(StoreError, match=r"could not be read: .*nothing"), database.read():
        read(database, "SELECT * FROM nothing")
    assert read(database, COUNT) == 0


def test_a_reader_cannot_write_and_waits_for_no_statement_for_ever(database: PostgresDatabase) -> None:
    assert read(database, "SHOW statement_timeout") == "10s"
    with pytest.raises(StoreError, match=r"the database could not be read: .*read-only transaction"):
        read(database, "DELETE FROM thinned_slots RETURNING number")


def test_a_write_is_kept_whole_or_not_at_all(database: PostgresDatabase) -> None:
    def twice(connection: PostgresConnection) -> None:
        insert(2)(connection)
        insert(1)(connection)

    database.write(insert(1))
    with pytest.raises(StoreError, match="the database could not be written: duplicate key"):
        database.write(twice)
    assert read(database, COUNT) == 1


def test_a_write_is_durable_even_where_that_is_not_usual(
    database: PostgresDatabase, other: psycopg.Connection
) -> None:
    other.execute(f"ALTER DATABASE {other.info.dbname} SET synchronous_commit = off".encode())
    assert database.write(lambda connection: ask(connection, "SHOW synchronous_commit")) == "on"
    assert read(database, "SHOW synchronous_commit") == "off"


def test_a_thread_that_reads_may_write_and_goes_on_reading_of_its_moment(database: PostgresDatabase) -> None:
    with database.read() as connection:
        ask(connection, COUNT)
        database.write(insert(1))
        assert ask(connection, COUNT) == 0


def test_connections_that_the_server_has_ended_are_replaced_at_once(
    database: PostgresDatabase, other: psycopg.Connection
) -> None:
    with database.read(), ThreadPoolExecutor(1) as thread:
        thread.submit(read, database, COUNT).result()
    other.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}".encode())
    assert read(database, COUNT) == 0
    database.write(insert(1))


def test_a_connection_that_is_ended_while_it_reads_is_a_failed_read(
    database: PostgresDatabase, other: psycopg.Connection
) -> None:
    def end_and_ask() -> None:
        with database.read() as connection:
            other.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}".encode())
            ask(connection, COUNT)

    with pytest.raises(StoreError, match="the database could not be read"):
        end_and_ask()
    assert read(database, COUNT) == 0


def test_more_threads_than_connections_wait_for_one_another(
    database: PostgresDatabase, other: psycopg.Connection
) -> None:
    threads = 3 * MOST_SESSIONS
    together = Barrier(threads)

    def read_with_others() -> object:
        together.wait()
        return read(database, COUNT)

    with ThreadPoolExecutor(threads) as readers:
        answers = [readers.submit(read_with_others) for _ in range(threads)]
    assert [answer.result() for answer in answers] == [0] * threads
    (sessions,) = other.execute(f"SELECT count(*) {OTHERS}".encode()).fetchone() or (0,)
    assert sessions <= MOST_SESSIONS


def test_a_probe_is_silent_where_the_database_can_be_written(database: PostgresDatabase) -> None:
    database.probe()
    assert database.damage is None


def test_a_probe_finds_out_that_the_server_takes_no_writes(
    postgres_url: str, database: PostgresDatabase, other: psycopg.Connection
) -> None:
    database.probe()
    other.execute(f"ALTER DATABASE {other.info.dbname} SET default_transaction_read_only = on".encode())
    other.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}".encode())
    with pytest.raises(StoreError, match="read-only"):
        database.probe()
    anywhere = PostgresDatabase(f"{postgres_url}?target_session_attrs=any")
    anywhere.start()
    with pytest.raises(StoreError, match="the database is read-only now"):
        anywhere.probe()
    anywhere.stop()


def test_a_stopped_database_says_so_and_leaves_no_connection(
    database: PostgresDatabase, other: psycopg.Connection
) -> None:
    assert read(database, COUNT) == 0
    database.stop()
    database.stop()
    assert not database.alive
    eventually(lambda: other.execute(f"SELECT count(*) {OTHERS}".encode()).fetchone() == (0,))
    for refused in (database.probe, partial(read, database, COUNT), partial(database.write, insert(1))):
        with pytest.raises(StoreStopped):
            refused()
    database.start()
    database.start()
    assert read(database, COUNT) == 0


def test_a_connection_that_is_lent_at_a_stop_is_closed_when_it_comes_back(database: PostgresDatabase) -> None:
    with database.read() as connection:
        database.stop()
        assert ask(connection, COUNT) == 0
    with pytest.raises(StoreStopped):
        read(database, COUNT)


def test_a_database_that_cannot_be_reached_says_why() -> None:
    database = PostgresDatabase("postgresql://me:s3cret@127.0.0.1:1/ingest")
    with pytest.raises(StoreError, match=r"the database cannot be reached: .*refused") as raised:
        database.start()
    assert "s3cret" not in str(raised.value)
    assert not database.alive
