"""Starts on databases that are empty, newer, or not to be used: each is refused with a sentence."""

from threading import Thread

import psycopg
import pytest

from benchmarks.ports import HOST, free_port
from ingest_service.errors import StoreError
from ingest_service.stores.postgres.connections import connection_parameters, require_server
from ingest_service.stores.postgres.database import PostgresDatabase
from ingest_service.stores.postgres.migrations import MIGRATIONS
from ingest_service.stores.postgres.schema import MIGRATION_LOCK
from tests.postgres.databases import in_url
from tests.postgres.sessions import Sessions
from tests.processes.waiting import eventually
from tests.stores.postgres.gates import execute, set_default


def start(url: str) -> None:
    database = PostgresDatabase(url)
    try:
        database.start()
    finally:
        database.stop()


def sentence(url: str) -> str:
    """Return why a start on this database is refused."""
    with pytest.raises(StoreError) as caught:
        start(url)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_replicas_that_start_at_once_on_an_empty_database_migrate_it_once(bare_url: str) -> None:
    refused: list[StoreError] = []

    def try_to_start() -> None:
        try:
            start(bare_url)
        except StoreError as error:
            refused.append(error)

    threads = [Thread(target=try_to_start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert refused == []
    assert execute(bare_url, "SELECT version FROM schema_version") == [(len(MIGRATIONS),)]
    assert execute(bare_url, "SELECT one FROM gate") == [(1,)]


@pytest.mark.slow
def test_a_migration_waits_for_that_of_another_replica_however_short_the_time_for_statements_is(
    bare_url: str,
) -> None:
    for setting in ("statement_timeout", "lock_timeout"):
        set_default(bare_url, setting, "'300ms'")
    with psycopg.connect(bare_url) as other, Sessions(bare_url) as sessions:
        other.execute("SET statement_timeout = 0")
        other.execute("SELECT pg_advisory_xact_lock(%s)", [MIGRATION_LOCK])
        thread = Thread(target=start, args=[bare_url])
        thread.start()
        eventually(sessions.are_waiting_for_a_lock)
        other.execute("SELECT pg_sleep(0.6)")
    thread.join(30)
    assert execute(bare_url, "SELECT version FROM schema_version") == [(len(MIGRATIONS),)]


def test_a_newer_schema_that_this_program_may_use_is_used_and_left_alone(postgres_url: str) -> None:
    execute(postgres_url, "UPDATE schema_version SET version = 9")
    start(postgres_url)
    assert execute(postgres_url, "SELECT version FROM schema_version") == [(9,)]


def test_a_newer_schema_that_only_newer_programs_may_use_is_refused(postgres_url: str) -> None:
    execute(postgres_url, "UPDATE schema_version SET version = 9, oldest_program = 8")
    known = len(MIGRATIONS)
    assert sentence(postgres_url) == (
        "the database has schema version 9, which programs from version 8 on can use; this one knows versions up "
        f"to {known}: run the newer program that wrote it"
    )


def test_a_database_in_another_encoding_is_refused_with_how_to_make_one(bare_url: str) -> None:
    name = bare_url.rpartition("/")[2] + "_latin"
    create = f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
    execute(bare_url, create)
    try:
        assert sentence(in_url(bare_url, name)) == (
            "the encoding of the database is LATIN1; it must be UTF8: create another one with "
            "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )
    finally:
        execute(bare_url, f"DROP DATABASE {name} WITH (FORCE)")


def test_a_server_that_is_too_old_is_refused_with_the_version_that_is_not() -> None:
    require_server("UTF8", 140_000)
    with pytest.raises(StoreError) as caught:
        require_server("UTF8", 130_022)
    assert str(caught.value) == "the database is of PostgreSQL 13; it must be of version 14 or newer"


def test_a_database_that_may_only_be_read_is_refused(postgres_url: str) -> None:
    set_default(postgres_url, "default_transaction_read_only", "on")
    assert sentence(postgres_url).startswith("the database cannot be reached: ")
    assert sentence(postgres_url).endswith("session is read-only")


def test_a_database_that_does_not_exist_is_refused_by_its_name(postgres_url: str) -> None:
    found = sentence(in_url(postgres_url, "not_there"))
    assert found.startswith("the database cannot be reached: ")
    assert found.endswith('database "not_there" does not exist')


def test_a_search_path_that_leads_nowhere_is_refused(bare_url: str) -> None:
    set_default(bare_url, "search_path", "not_there")
    assert sentence(bare_url) == (
        "the schema of the database cannot be brought up to date: no schema has been selected to create in"
    )


def test_a_server_that_does_not_listen_is_refused_without_the_password() -> None:
    found = sentence(f"postgresql://ingest:s3cret@{HOST}:{free_port()}/ingest")
    assert found.startswith("the database cannot be reached: ")
    assert "Connection refused" in found
    assert "s3cret" not in found


def test_what_is_no_url_is_refused_without_the_password() -> None:
    with pytest.raises(StoreError) as caught:
        connection_parameters("postgresql://ingest:s3cret@host:port/ingest?no_such_option=1")
    assert str(caught.value) == "the URL of the database is not one that PostgreSQL understands"
