"""Nothing is lost on the way from one store into another, and nothing is added."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from ingest_service.copying import copy
from ingest_service.ports.records import Records
from ingest_service.stores.postgres.copying import NO_REPLICA
from ingest_service.stores.postgres.database import PostgresDatabase
from ingest_service.stores.postgres.records import PostgresRecords
from ingest_service.stores.sql.copying import TABLES, Summary
from tests.copying.filled import KEY, answers, fill, in_file, left, url_of
from tests.doubles import VirtualClock
from tests.postgres.databases import Databases
from tests.postgres.virtual_clock import DatabaseClock
from tests.stores.steps import submission_of
from tests.stores.store import Store

# The ids that wait, and those in the open slot.
WAITING, IN_SLOT = 10, 4


class Trip:
    """A filled SQLite file, a PostgreSQL database and files to copy into, and one clock for all."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self.clock = DatabaseClock(url, 1_000_000_000_000)
        self.first, self.second = folder / "first.db", folder / "second.db"
        store = in_file(self.first, self.clock)
        self.ingestions = fill(store, self.clock)
        self.answers = list(answers(store.records, self.ingestions))
        self.left = left(store, self.clock)
        store.stop()

    def copy(self, source: Path | str, target: Path | str) -> Summary:
        return copy(url_of(source), url_of(target), self.clock)

    def ask(self, question: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(question.encode()).fetchall()


@pytest.fixture
def trip(tmp_path: Path, postgres_url: str) -> Iterator[Trip]:
    trip = Trip(tmp_path, postgres_url)
    yield trip
    trip.clock.close()


def answers_in_postgres(url: str, ingestions: list[UUID]) -> list[object]:
    with ExitStack() as ending:
        records: Records = PostgresRecords(PostgresDatabase(url), NO_REPLICA)
        records.start()
        ending.callback(records.stop)
        return list(answers(records, ingestions))


def reopened(path: Path, clock: VirtualClock, ending: ExitStack) -> Store:
    store = in_file(path, clock)
    ending.callback(store.stop)
    return store


def test_every_table_has_a_row_that_is_copied(trip: Trip) -> None:
    trip.copy(trip.first, trip.url)
    assert [table for table in TABLES if not trip.ask(f"SELECT 1 FROM {table}")] == []


def test_every_answer_is_the_same_in_postgres_and_back_in_sqlite(trip: Trip) -> None:
    into, back = trip.copy(trip.first, trip.url), trip.copy(trip.url, trip.second)
    assert answers_in_postgres(trip.url, trip.ingestions) == trip.answers
    with ExitStack() as ending:
        store = reopened(trip.second, trip.clock, ending)
        assert list(answers(store.records, trip.ingestions)) == trip.answers
        assert left(store, trip.clock) == trip.left
        assert store.journal.paused_until() == trip.clock.wall() + 40_000_000_000
        assert store.journal.paused_at() == trip.clock.wall() - 1_000_000_000
    assert into == back == Summary(ingestions=9, ids=29, waiting=WAITING + IN_SLOT, slots=8)


def test_a_file_is_copied_into_another_and_a_database_into_another(
    trip: Trip, postgres: Databases, tmp_path: Path
) -> None:
    trip.copy(trip.first, trip.url)
    with postgres.fresh() as other, closing(DatabaseClock(other, trip.clock.time)):
        trip.copy(trip.url, other)
        assert answers_in_postgres(other, trip.ingestions) == trip.answers
        trip.copy(other, trip.second)
    trip.copy(trip.second, tmp_path / "third.db")
    with ExitStack() as ending:
        store = reopened(tmp_path / "third.db", trip.clock, ending)
        assert list(answers(store.records, trip.ingestions)) == trip.answers
        assert left(store, trip.clock) == trip.left


def test_what_waits_in_postgres_is_counted_once_and_does_not_have_the_open_slot(trip: Trip) -> None:
    trip.copy(trip.first, trip.url)
    assert trip.ask("SELECT pending FROM changes") == [(WAITING,)]


def test_the_next_ingestion_comes_behind_all_that_there_ever_were(trip: Trip) -> None:
    trip.copy(trip.first, trip.url)
    assert trip.ask("SELECT nextval(pg_get_serial_sequence('ingestions', 'sequence'))") == [(13,)]
    trip.copy(trip.url, trip.second)
    with ExitStack() as ending:
        store = reopened(trip.second, trip.clock, ending)
        store.add(submission_of([1]))
        assert store.accepted[-1].sequence == 14


def test_a_key_still_stands_for_its_ingestion(trip: Trip) -> None:
    trip.copy(trip.first, trip.url)
    trip.copy(trip.url, trip.second)
    with ExitStack() as ending:
        first, second = (reopened(path, trip.clock, ending) for path in (trip.first, trip.second))
        assert trip.ask(f"SELECT count(*) FROM idempotency_keys WHERE key = '{KEY}'") == [(1,)]
        with first.database.read() as one, second.database.read() as other:
            rows = "SELECT * FROM idempotency_keys"
            assert one.execute(rows).fetchall() == other.execute(rows).fetchall()


def test_the_ids_have_checksums_again(trip: Trip) -> None:
    trip.copy(trip.first, trip.url)
    trip.copy(trip.url, trip.second)
    with ExitStack() as ending:
        first, second = (reopened(path, trip.clock, ending) for path in (trip.first, trip.second))
        with first.database.read() as one, second.database.read() as other:
            rows = "SELECT sequence, crcs FROM checksums JOIN ingestions USING (sequence) ORDER BY sequence"
            assert one.execute(rows).fetchall() == other.execute(rows).fetchall() != []
