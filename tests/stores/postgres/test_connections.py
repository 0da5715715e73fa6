"""Connections, as they are set up and refused."""

from collections.abc import Iterator

import psycopg
import pytest

from ingest_service.errors import StoreError
from ingest_service.stores.postgres.connections import (
    DEFAULTS,
    Session,
    connect,
    connection_parameters,
    require_server,
)
from tests.postgres.databases import Databases, in_url

PREPARED = "SELECT count(*) FROM pg_prepared_statements"


@pytest.fixture
def session(postgres_url: str) -> Iterator[Session]:
    with connect(postgres_url) as session:
        yield session


def ask(session: Session, question: str) -> object:
    (answer,) = session.execute(question.encode(), prepare=False).fetchone() or (None,)
    return answer


def test_what_a_url_does_not_say_is_set_so_that_a_dead_server_is_found_out() -> None:
    parameters = connection_parameters("postgresql://me@db:5433/ingest?connect_timeout=9&application_name=mine")
    assert parameters == {
        **DEFAULTS,
        "host": "db",
        "port": "5433",
        "user": "me",
        "dbname": "ingest",
        "connect_timeout": "9",
        "application_name": "mine",
    }


def test_a_connection_has_these_parameters(session: Session) -> None:
    parameters = session.info.get_parameters()
    assert {name: parameters[name] for name in DEFAULTS} == {name: str(value) for name, value in DEFAULTS.items()}
    assert ask(session, "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()") == (
        "ingest-service"
    )


def test_a_connection_begins_and_commits_nothing_by_itself(session: Session) -> None:
    assert session.autocommit
    assert session.info.transaction_status is psycopg.pq.TransactionStatus.IDLE


def test_statements_are_prepared_without_a_pooler_between(session: Session) -> None:
    for _ in range(2):
        session.execute("SELECT one FROM gate WHERE one = %s", [1])
    assert ask(session, PREPARED) == 1


def test_a_database_that_is_not_in_utf8_is_refused(postgres: Databases) -> None:
    with postgres.bare() as server:
        with psycopg.connect(server, autocommit=True) as one:
            one.execute("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        try:
            with pytest.raises(StoreError, match="the encoding of the database is LATIN1; it must be UTF8"):
                connect(in_url(server, "latin"))
        finally:
            with psycopg.connect(server, autocommit=True) as one:
                one.execute("DROP DATABASE latin")


@pytest.mark.parametrize(("encoding", "version"), [("UTF8", 140_000), ("UTF8", 180_006)])
def test_a_server_of_version_14_or_newer_will_do(encoding: str, version: int) -> None:
    require_server(encoding, version)


def test_an_older_server_is_refused() -> None:
    with pytest.raises(StoreError, match=r"of PostgreSQL 13; it must be of version 14 or newer"):
        require_server("UTF8", 130_022)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:s3cret@127.0.0.1:1/ingest",
        "postgresql://me:s3cret@h.invalid/ingest",
        "postgresql://me:%zzs3cret@127.0.0.1/ingest",
        "host=127.0.0.1 port=1 password=s3cret",
        "host=127.0.0.1 password=s3cret'",
    ],
)
def test_no_error_shows_a_password(url: str) -> None:
    with pytest.raises(StoreError, match=r"^the (database cannot be reached|URL of the database)") as raised:
        connect(url)
    assert "s3cret" not in str(raised.value)


def test_a_server_that_takes_no_writes_is_not_the_one(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as one:
        one.execute(f"ALTER DATABASE {one.info.dbname} SET default_transaction_read_only = on".encode())
    with pytest.raises(StoreError, match=r"the database cannot be reached: .*read-only"):
        connect(postgres_url)
