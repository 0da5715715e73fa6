"""The schema, as replicas bring it up to date."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest

from ingest_service.errors import StoreError
from ingest_service.stores.postgres.connections import connect
from ingest_service.stores.postgres.migrations import MIGRATIONS
from ingest_service.stores.postgres.schema import migrate
from tests.postgres.databases import Databases
from tests.processes.waiting import eventually

REPLICAS = 8
WAITING = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"


def test_replicas_that_start_at_once_migrate_one_after_the_other(postgres: Databases) -> None:
    together = Barrier(REPLICAS)

    def start(url: str) -> None:
        with connect(url) as session:
            together.wait()
            migrate(session)

    with postgres.bare() as url:
        with ThreadPoolExecutor(REPLICAS) as replicas:
            for started in [replicas.submit(start, url) for _ in range(REPLICAS)]:
                started.result()
        with psycopg.connect(url) as session:
            assert session.execute("SELECT version FROM schema_version").fetchall() == [(len(MIGRATIONS),)]
            assert session.execute("SELECT count(*) FROM gate").fetchone() == (1,)


def test_replicas_migrate_one_after_the_other_whatever_isolation_is_usual_there(postgres: Databases) -> None:
    with postgres.bare() as url:
        with psycopg.connect(url, autocommit=True) as one:
            usual = "ALTER DATABASE {} SET default_transaction_isolation = 'repeatable read'"
            one.execute(usual.format(one.info.dbname).encode())
        with connect(url) as first, connect(url) as second, ThreadPoolExecutor(1) as other:
            with first.transaction():
                first.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(b"ingest")])
                waiting = other.submit(migrate, second)
                eventually(lambda: first.execute(WAITING).fetchone() == (True,))
                migrate(first)
            waiting.result()


def test_a_schema_that_is_up_to_date_stays_as_it_is(postgres_url: str) -> None:
    with connect(postgres_url) as session:
        before = session.execute("SELECT xmin::text, version FROM schema_version").fetchone()
        migrate(session)
        assert session.execute("SELECT xmin::text, version FROM schema_version").fetchone() == before


def test_a_newer_schema_is_used_if_it_allows_this_program_and_refused_if_not(postgres_url: str) -> None:
    with connect(postgres_url) as session:
        session.execute("UPDATE schema_version SET version = version + 1")
        migrate(session)
        session.execute("UPDATE schema_version SET oldest_program = version")
        with pytest.raises(StoreError, match="run the newer program that wrote it"):
            migrate(session)


def test_a_migration_that_fails_leaves_nothing(postgres: Databases) -> None:
    with postgres.bare() as url, connect(url) as session:
        session.execute("CREATE TABLE replicas (of_others integer)")
        with pytest.raises(psycopg.errors.DuplicateTable):
            migrate(session)
        assert (
            session.execute("SELECT to_regclass('gate'), to_regclass('schema_version')").fetchone() == (None,) * 2
        )


def test_the_wall_clock_of_the_database_goes_on_in_a_transaction(postgres_url: str) -> None:
    with connect(postgres_url) as session, session.transaction():
        (first,) = session.execute("SELECT wall_clock()").fetchone() or (0,)
        (second,) = session.execute("SELECT wall_clock()").fetchone() or (0,)
    assert 1_600_000_000 * 10**9 < first < second
