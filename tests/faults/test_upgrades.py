"""Databases of every released schema with work queued: a start brings them up to date, and all of it runs."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from ingest_service.clock import NANOSECONDS, SystemClock
from ingest_service.domain.model import Priority
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.stores.postgres import migrations as postgres_migrations
from ingest_service.stores.sqlite.migrations import MIGRATIONS
from ingest_service.upstreams.fake import FakeUpstream
from tests.postgres.databases import Databases
from tests.processes.client import Client
from tests.processes.running import WSGI, Running, settings
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

INTERVAL = 0.3
SLOT = 3
# The slots of the older program: one that was closed, and one that was open when it was killed.
CLOSED, OPEN = 1, 2
OUTCOME = '{"of": "the older program"}'


@dataclass(frozen=True)
class Queued:
    """An ingestion of the older program: `called` ids were released, with the state of their batch as named."""

    sequence: int
    priority: Priority
    count: int
    called: int = 0

    @property
    def id(self) -> UUID:
        """Its id, the same in each run."""
        return UUID(int=self.sequence)

    @property
    def ids(self) -> list[int]:
        """Its ids, which no other ingestion has."""
        return [100 * self.sequence + position for position in range(self.count)]


WAITS, BEGUN = Queued(1, Priority.LOW, 4), Queued(2, Priority.HIGH, 7, called=3)
UNDER_WAY, FAILED = Queued(3, Priority.MEDIUM, 3, called=3), Queued(4, Priority.MEDIUM, 1, called=1)
CANCELLED = Queued(5, Priority.HIGH, 4)
QUEUED = (WAITS, BEGUN, UNDER_WAY, FAILED)


def write_database(path: Path, version: int) -> None:
    """Write a database as a program of this version left it, when it was killed a moment ago."""
    clock = SystemClock()
    slot = (clock.boot(), clock.now(), clock.wall())
    queued = (*QUEUED, *([CANCELLED] if version > 1 else []))
    with closing(sqlite3.connect(path)) as connection, connection:
        for script in MIGRATIONS[:version]:
            connection.executescript(script)
        for one in queued:
            row = (one.sequence, one.id.bytes, one.priority, clock.wall(), SLOT, PackedIds.of(one.ids).packed)
            connection.execute("INSERT INTO ingestions VALUES (?, ?, ?, ?, ?, ?)", row)
        connection.executemany("INSERT INTO backlog VALUES (?, ?)", [(1, 0), (2, 3)])
        connection.executemany("INSERT INTO open_batches VALUES (?, 0)", [(3,), (4,)])
        _write_slots(connection, slot)
        retry = (FAILED.sequence, 0, 1, clock.wall())
        connection.execute("INSERT INTO retries (sequence, position, attempts, due_at) VALUES (?, ?, ?, ?)", retry)
        if version > 1:
            cancelled = (CANCELLED.sequence, 0, clock.wall())
            connection.execute("INSERT INTO cancellations VALUES (?, ?, ?)", cancelled)
        connection.execute(f"PRAGMA user_version = {version}")


def _write_slots(connection: sqlite3.Connection, slot: tuple[str, int, int]) -> None:
    """Write a slot with the begin of one ingestion, and an open one with another."""
    columns = "number, boot, opened, opened_at, started, closed_at"
    boot, opened, opened_at = slot
    slots = [(CLOSED, *slot, opened, opened_at), (OPEN, boot, opened, opened_at, None, None)]
    connection.executemany(f"INSERT INTO slots ({columns}) VALUES (?, ?, ?, ?, ?, ?)", slots)
    calls = [
        (one.sequence, position, number, record_id)
        for one, number in [(BEGUN, CLOSED), (FAILED, CLOSED), (UNDER_WAY, OPEN)]
        for position, record_id in enumerate(one.ids[: one.called])
    ]
    connection.executemany("INSERT INTO calls (sequence, position, slot, record_id) VALUES (?, ?, ?, ?)", calls)
    outcomes = [(BEGUN.sequence, position, BEGUN.ids[position], OUTCOME) for position in range(BEGUN.called)]
    connection.executemany("INSERT INTO outcomes VALUES (?, ?, ?, ?, NULL, 1, 200)", outcomes)


@dataclass(frozen=True)
class Upgraded:
    """A service over a database that an older version left, and its upstream."""

    version: int
    running: Running
    client: Client
    upstream: FakeUpstream


@pytest.fixture
def upgraded(tmp_path: Path) -> Iterator[list[Upgraded]]:
    """A service for each older version, all of them started."""
    with ExitStack() as stack:
        services = []
        for version in range(1, len(MIGRATIONS)):
            folder = tmp_path / str(version)
            folder.mkdir()
            upstream = stack.enter_context(FakeUpstream(SLOT, INTERVAL))
            write_database(folder / "ingest.db", version)
            changes = {"INGEST_UPSTREAM_URL": upstream.url, "INGEST_INTERVAL_SECONDS": str(INTERVAL)}
            environ = settings(folder, **changes)
            running = stack.enter_context(Running(WSGI, environ, folder / "log"))
            client = stack.enter_context(Client(int(environ["INGEST_PORT"])))
            services.append(Upgraded(version, running, client, upstream))
        yield services


def test_what_waited_in_a_database_of_every_released_schema_runs_and_nothing_is_lost(
    upgraded: list[Upgraded], figure: Callable[[str, str, str], None]
) -> None:
    expected = [*BEGUN.ids[BEGUN.called :], *UNDER_WAY.ids, *FAILED.ids, *WAITS.ids]
    for service in upgraded:
        service.running.until_healthy()
        for one in QUEUED:
            eventually(partial(service.client.completed, str(one.id)))
        arrivals = sorted(service.upstream.arrivals, key=lambda arrival: arrival.started_ns)
        assert sorted(arrival.record_id for arrival in arrivals) == sorted(expected), service.version
        assert arrivals[0].started_ns >= service.running.spawned + INTERVAL * NANOSECONDS
        assert {arrival.record_id for arrival in arrivals[:SLOT]} == set(BEGUN.ids[BEGUN.called :][:SLOT])
        results = service.client.results(str(BEGUN.id))
        assert [result["id"] for result in results] == BEGUN.ids
        assert [result["result"] for result in results[: BEGUN.called]] == [{"of": "the older program"}] * 3
        if service.version > 1:
            assert service.client.status(str(CANCELLED.id))["status"] == "cancelled"
        assert service.upstream.refused == 0
        assert service.running.stop() == 0
    versions = ", ".join(str(service.version) for service in upgraded)
    figure(
        "upgrade with work queued, SQLite",
        f"schema versions {versions} to {len(MIGRATIONS)}; ids that wait, were under way, failed, are cancelled",
        "0 lost, 0 called again but for the open slot, at most 3 calls in any interval",
    )


# Statements that take from a PostgreSQL database what each version of the schema brought, from the second on.
TAKEN_BACK = (
    "ALTER TABLE slots DROP COLUMN refusals",
    "ALTER TABLE slots DROP COLUMN calls_hash, DROP COLUMN link, DROP COLUMN fates, DROP COLUMN opening, "
    "DROP COLUMN closing; DROP TABLE removed_slots; DROP TABLE reprioritised",
    "DROP TABLE believed_time",
)


def downgrade(url: str, version: int) -> None:
    """Take from a database what the versions of the schema behind this one brought."""
    assert len(TAKEN_BACK) + 1 == len(postgres_migrations.MIGRATIONS), "what does the newest version bring?"
    with psycopg.connect(url, autocommit=True) as connection:
        for statements in reversed(TAKEN_BACK[version - 1 :]):
            connection.execute(statements.encode())
        connection.execute("UPDATE schema_version SET version = %s", [version])


def test_what_waited_in_a_postgresql_database_of_the_first_schema_runs(
    postgres: Databases, tmp_path: Path, figure: Callable[[str, str, str], None]
) -> None:
    with postgres.fresh() as url, FakeUpstream(SLOT, INTERVAL) as upstream:
        environ = settings(
            tmp_path,
            INGEST_DATABASE_URL=url,
            INGEST_UPSTREAM_URL=upstream.url,
            INGEST_INTERVAL_SECONDS=str(INTERVAL),
        )
        with Client(int(environ["INGEST_PORT"])) as client:
            with Running(WSGI, environ, tmp_path / "log") as running:
                running.until_healthy()
                ingestion_id = client.submit(range(1, 13), "MEDIUM")
                eventually(lambda: len(upstream.arrivals) >= SLOT)
            client.close()
            downgrade(url, version=1)
            called = {arrival.record_id for arrival in upstream.arrivals}
            assert len(called) < 12
            with Running(WSGI, environ, tmp_path / "log") as running:
                running.until_healthy()
                eventually(lambda: client.completed(ingestion_id))
                assert [result["id"] for result in client.results(ingestion_id)] == list(range(1, 13))
    assert {arrival.record_id for arrival in upstream.arrivals} == set(range(1, 13))
    assert upstream.refused == 0
    figure(
        "upgrade with work queued, PostgreSQL",
        f"schema version 1 to {len(postgres_migrations.MIGRATIONS)}, after `kill -9`",
        "0 lost",
    )
