"""The shared SQL, as PostgreSQL takes it."""

from collections.abc import Iterator

import psycopg
import pytest

from ingest_service.stores.postgres.connections import connect
from ingest_service.stores.postgres.dialect import PostgresConnection, in_postgres


@pytest.fixture
def session(postgres_url: str) -> Iterator[psycopg.Connection]:
    with connect(postgres_url) as session:
        yield session


def test_hints_that_only_sqlite_understands_are_left_out() -> None:
    assert in_postgres("SELECT 1 FROM a INDEXED BY b CROSS JOIN c USING (d) WHERE e = ?") == (
        b"SELECT 1 FROM a JOIN c USING (d) WHERE e = %s"
    )


def test_a_percent_sign_stands_for_itself(session: psycopg.Connection) -> None:
    row = PostgresConnection(session).execute("SELECT 7 % ?, 'a%b' LIKE 'a%'", [4]).fetchone()
    assert row == (3, True)


def test_bytes_and_large_numbers_come_back_as_they_were(session: psycopg.Connection) -> None:
    values = [b"\x00\xff", 2**62, "ü\\"]
    row = PostgresConnection(session).execute("SELECT ?::bytea, ?::bigint, ?::text", values).fetchone()
    assert row == tuple(values)


def test_changes_of_many_rows_are_counted_together(session: psycopg.Connection) -> None:
    connection = PostgresConnection(session)
    insert = "INSERT INTO thinned_slots (number) VALUES (?) ON CONFLICT DO NOTHING"
    assert connection.executemany(insert, [(1,), (2,), (2,)]).rowcount == 2
    assert connection.executemany(insert, []).rowcount == 0


def test_in_a_pipeline_nothing_waits_for_a_statement_before_its_end(session: psycopg.Connection) -> None:
    connection = PostgresConnection(session)
    with session.pipeline():
        one = connection.execute("SELECT one FROM gate")
        many = connection.executemany("INSERT INTO thinned_slots (number) VALUES (?)", [(1,), (2,)])
        assert (one.pgresult, many.pgresult) == (None, None)
    assert one.fetchone() == (1,)
    assert many.rowcount == 2
