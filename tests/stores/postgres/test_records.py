"""Records that replicas share: who writes slips, who prunes, and what is pruned besides."""

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest

from ingest_service.clock import NANOSECONDS
from ingest_service.domain.ledger import Slip
from ingest_service.stores.postgres.database import PostgresDatabase
from ingest_service.stores.postgres.records import PostgresRecords

OWN, OTHERS = UUID(int=1), UUID(int=2)
SLIP = Slip(1, 2, 3, "because")
HOUR = 3600 * NANOSECONDS


@pytest.fixture
def rows(postgres_url: str) -> Iterator[psycopg.Connection]:
    """A connection for putting rows in and looking at them."""
    with psycopg.connect(postgres_url, autocommit=True) as rows:
        yield rows


@pytest.fixture
def records(postgres_url: str) -> Iterator[PostgresRecords]:
    records = PostgresRecords(PostgresDatabase(postgres_url), OWN)
    records.start()
    yield records
    records.stop()


def add_ingestion(rows: psycopg.Connection) -> int:
    """Add an ingestion that has ended long ago."""
    (sequence,) = rows.execute(
        "INSERT INTO ingestions (id, priority, created_at, batch_size, ids) "
        "VALUES (gen_random_uuid()::text::bytea, 0, 1, 3, '') RETURNING sequence"
    ).fetchone() or (0,)
    return int(sequence)


def add_slot(rows: psycopg.Connection, number: int, owner: UUID) -> None:
    rows.execute("INSERT INTO slots VALUES (%s, %s, 'name', 1, 1, 1, 1)", [number, owner])


def add_changes(rows: psycopg.Connection, *ages: int) -> None:
    for age in ages:
        rows.execute("INSERT INTO changes (at, pending) VALUES (wall_clock() - %s, 0)", [age])


def count(rows: psycopg.Connection, table: str) -> int:
    (number,) = rows.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() or (0,)
    return int(number)


def prune(records: PostgresRecords, most: int = 100) -> bool:
    return records.prune(ended_before=2, keys_before=2, most=most)


@pytest.mark.parametrize(("owners", "written"), [([], 1), ([OTHERS, OWN], 1), ([OWN, OTHERS], 0)])
def test_slips_are_written_by_the_replica_that_opened_the_last_slot(
    records: PostgresRecords, rows: psycopg.Connection, owners: list[UUID], written: int
) -> None:
    sequence = add_ingestion(rows)
    for number, owner in enumerate(owners):
        add_slot(rows, number, owner)
    records.add_slips({sequence: SLIP})
    assert count(rows, "slips") == written


def test_history_is_left_to_the_replica_that_removes_it_at_this_moment(
    records: PostgresRecords, rows: psycopg.Connection, postgres_url: str
) -> None:
    add_ingestion(rows)
    with psycopg.connect(postgres_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(b"prune")])
        assert not prune(records)
        assert count(rows, "ingestions") == 1
    assert prune(records)
    assert count(rows, "ingestions") == 0


def test_old_changes_are_removed_but_never_the_last_one(
    records: PostgresRecords, rows: psycopg.Connection
) -> None:
    add_changes(rows, 3 * HOUR, 2 * HOUR, HOUR // 2, 2 * HOUR)
    assert prune(records)
    assert rows.execute("SELECT version FROM changes ORDER BY version").fetchall() == [(3,), (4,)]
    assert not prune(records)


def test_a_step_removes_no_more_changes_than_it_may(records: PostgresRecords, rows: psycopg.Connection) -> None:
    add_changes(rows, *[2 * HOUR] * 8)
    left = [(prune(records, most=3), count(rows, "changes")) for _ in range(4)]
    assert left == [(True, 5), (True, 2), (True, 1), (False, 1)]


def test_replicas_are_forgotten_when_they_were_not_seen_for_an_hour(
    records: PostgresRecords, rows: psycopg.Connection
) -> None:
    for owner, age in ((OWN, 0), (OTHERS, 2 * HOUR)):
        rows.execute("INSERT INTO replicas VALUES (%s, 'name', 0, wall_clock() - %s)", [owner, age])
    assert prune(records)
    assert rows.execute("SELECT owner FROM replicas").fetchall() == [(OWN,)]
    assert not prune(records)
