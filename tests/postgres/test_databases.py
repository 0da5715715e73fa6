"""Databases for tests are new, migrated, and gone afterwards."""

import psycopg
import pytest

from ingest_service.stores.postgres.migrations import MIGRATIONS
from tests.postgres.databases import Databases, in_url

TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row and row[0]


def test_a_fresh_database_is_migrated_and_empty(postgres_url: str) -> None:
    assert ask(postgres_url, "SELECT version FROM schema_version") == len(MIGRATIONS)
    assert ask(postgres_url, "SELECT count(*) FROM ingestions") == 0


def test_two_fresh_databases_know_nothing_of_each_other(postgres: Databases) -> None:
    with postgres.fresh() as one, postgres.fresh() as other:
        with psycopg.connect(one) as connection:
            connection.execute("INSERT INTO operator_pause VALUES (1, 0)")
        assert ask(one, "SELECT count(*) FROM operator_pause") == 1
        assert ask(other, "SELECT count(*) FROM operator_pause") == 0


def test_a_database_is_dropped_although_a_connection_is_left_open(postgres: Databases) -> None:
    with postgres.fresh() as url:
        left = psycopg.connect(url)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)
    left.close()


def test_a_bare_database_has_no_tables(postgres: Databases) -> None:
    with postgres.bare() as url:
        assert ask(url, TABLES) == 0


def test_nothing_is_left_on_a_server_of_others(postgres_url: str) -> None:
    databases = "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database"
    before = ask(postgres_url, databases)
    with Databases(postgres_url) as others, others.fresh() as url:
        assert ask(url, TABLES)
    assert ask(postgres_url, databases) == before


@pytest.mark.parametrize(
    ("server", "database"),
    [
        ("postgresql://u:p@h:5432/postgres?sslmode=require", "postgresql://u:p@h:5432/x?sslmode=require"),
        ("postgres://h1:1,h2:2", "postgres://h1:1,h2:2/x"),
        ("postgresql:///?host=/run", "postgresql:///x?host=/run"),
    ],
)
def test_a_database_takes_the_place_of_that_in_the_url_of_a_server(server: str, database: str) -> None:
    assert in_url(server, "x") == database


def test_a_server_is_named_by_a_url_only() -> None:
    with pytest.raises(ValueError, match="INGEST_TEST_POSTGRES should be like postgresql://"):
        in_url("host=localhost password=s3cret", "x")
