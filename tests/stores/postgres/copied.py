"""A PostgreSQL database with the rows that a journal writes into SQLite, so that one suite runs over both."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from ingest_service.stores.postgres.connections import Session, connect
from ingest_service.stores.postgres.database import PostgresDatabase
from ingest_service.stores.postgres.dialect import PostgresConnection
from ingest_service.stores.sqlite.schema import TIMES
from tests.doubles import UnthreadedDatabase

T = TypeVar("T")

OWNER = UUID(int=1)
# The rows of each table as PostgreSQL has them.
ROWS = {
    "ingestions": "SELECT sequence, id, priority, created_at, batch_size, ids FROM ingestions",
    "backlog": "SELECT sequence, priority, released FROM backlog JOIN ingestions USING (sequence)",
    "retries": "SELECT sequence, position, priority, attempts, due_at, length "
    "FROM retries JOIN ingestions USING (sequence)",
    "open_batches": "SELECT sequence, number FROM open_batches",
    "slots": f"SELECT number, '{OWNER}' AS owner, replica, opened_at, closed_at, lag, 1 AS call_grant, "
    "1 AS call_timeout, 1 AS slot_interval, calls_hash, link, fates, "
    f"{TIMES.opening} AS opening, {TIMES.closing} AS closing FROM slots",
    "calls": "SELECT sequence, position, slot, record_id, place, 0 AS attempts FROM calls",
    "outcomes": "SELECT sequence, position, record_id, result, error, attempts, last_status FROM outcomes",
    "deadlines": "SELECT sequence, deadline FROM deadlines",
    "cancellations": "SELECT sequence, released, cancelled_at FROM cancellations",
    "idempotency_keys": "SELECT sequence, key, digest, created_at FROM idempotency_keys",
    "operator_pause": "SELECT one, at FROM operator_pause",
    "slips": "SELECT sequence, latest FROM slips",
    "forgotten": "SELECT sequence FROM forgotten",
    "thinned_slots": "SELECT number FROM thinned_slots",
    "removed_slots": "SELECT first, last, before, link FROM removed_slots",
    "reprioritised": "SELECT sequence FROM reprioritised",
    "believed_time": "SELECT one, history, keys FROM believed_time",
}
# Records remove rows of these tables, and write the others.
REMOVED = {
    "ingestions": "sequence",
    "slots": "number",
    "calls": "sequence, position, slot",
    "outcomes": "sequence, position",
    "deadlines": "sequence",
    "cancellations": "sequence",
    "idempotency_keys": "sequence",
    "reprioritised": "sequence",
}
WRITTEN = {
    "slips": "sequence, latest",
    "forgotten": "sequence",
    "thinned_slots": "number",
    "removed_slots": "first, last, before, link",
    "believed_time": "one, history, keys",
}


class CopiedDatabase:
    """Fits the interface `Database`: PostgreSQL with the rows of `source`, in place of those it had.

    What is written here, the other one gets too.
    """

    damage = None

    def __init__(self, source: UnthreadedDatabase, url: str) -> None:
        self._source = source
        self._target = PostgresDatabase(url)
        self._url = url
        self._session: Session | None = None
        self._copied: dict[str, list[tuple[Any, ...]]] = {}
        self._changes = -1

    def start(self) -> None:
        self._source.start()
        self._target.start()
        self._session = self._session or connect(self._url)

    def stop(self) -> None:
        self._source.stop()
        self._target.stop()
        if self._session is not None:
            self._session.close()
            self._session = None

    @property
    def alive(self) -> bool:
        return self._target.alive

    @contextmanager
    def read(self) -> Iterator[PostgresConnection]:
        with self._source.read() as source:
            self._copy(source)
            with self._target.read() as connection:
                yield connection

    def write(self, statements: Callable[[PostgresConnection], T]) -> T:
        with self._source.read() as source:
            self._copy(source)
            result = self._target.write(statements)
            with source:
                self._carry_back(source)
        return result

    def probe(self) -> None:
        self._target.probe()

    def _copy(self, source: sqlite3.Connection) -> None:
        """Replace the rows of the tables that have changed."""
        if self._changes == source.total_changes or self._session is None:
            return
        with self._session.transaction(), self._session.pipeline():
            for table, statement in ROWS.items():
                found = source.execute(statement)
                columns, rows = [name for name, *_ in found.description], found.fetchall()
                if rows != self._copied.get(table):
                    self._replace(table, columns, rows)
                    self._copied[table] = rows
        self._changes = source.total_changes

    def _replace(self, table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
        assert self._session is not None
        connection = PostgresConnection(self._session)
        connection.execute(f"DELETE FROM {table}")
        values = ", ".join("?" * len(columns))
        connection.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE VALUES ({values})", rows
        )

    def _carry_back(self, source: sqlite3.Connection) -> None:
        with self._target.read() as target:
            for table, key in REMOVED.items():
                statement = f"SELECT {key} FROM {table}"
                gone = {*source.execute(statement)} - {*target.execute(statement)}
                values = ", ".join("?" * len(key.split(",")))
                source.executemany(f"DELETE FROM {table} WHERE ({key}) = ({values})", gone)
            for table, columns in WRITTEN.items():
                rows = target.execute(f"SELECT {columns} FROM {table}").fetchall()
                source.execute(f"DELETE FROM {table}")
                values = ", ".join("?" * len(columns.split(",")))
                source.executemany(f"INSERT INTO {table} ({columns}) VALUES ({values})", rows)
        self._copied = {table: source.execute(statement).fetchall() for table, statement in ROWS.items()}
        self._changes = source.total_changes
