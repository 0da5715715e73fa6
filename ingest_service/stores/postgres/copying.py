"""A PostgreSQL database as the source or the target of a copy."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import LiteralString
from uuid import UUID

import psycopg

from ingest_service.clock import NANOSECONDS
from ingest_service.errors import CopyRefused, StoreError
from ingest_service.stores.postgres.changes import Change, insert_changes
from ingest_service.stores.postgres.connections import Session, connect
from ingest_service.stores.postgres.dialect import PostgresConnection
from ingest_service.stores.postgres.errors import store_error, translated
from ingest_service.stores.postgres.replicas import LATELY
from ingest_service.stores.postgres.schema import TIMES, migrate
from ingest_service.stores.sql.copying import (
    TABLES,
    Row,
    Summary,
    columns_of,
    count_rows,
    count_waiting,
    emptied,
    read_summary,
)

_NOT_READ = "the source could not be read"
_NOT_WRITTEN = "the target could not be written"
# Replicas that start meanwhile wait for the gate, and the lock is none that they would end for being held so long.
_BEGIN: tuple[LiteralString, ...] = (
    "SET LOCAL lock_timeout = '5s'",
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    "SET LOCAL synchronous_commit = on",
    "LOCK TABLE gate IN EXCLUSIVE MODE",
)
_SEEN = f"SELECT name FROM replicas WHERE seen_at > wall_clock() - {LATELY} ORDER BY name LIMIT 1"
_IS_OPEN = "number = (SELECT max(number) FROM slots) AND closed_at IS NULL"
# Seconds after which nothing of the open slot can go on.
_OPEN = (
    "SELECT number, ceil(least(whole, opened_at + whole - wall_clock()) / 1e9)::int FROM slots, "
    f"LATERAL (SELECT call_grant + greatest(call_timeout, slot_interval) AS whole) AS length WHERE {_IS_OPEN}"
)
_OPEN_CALLS = f"(SELECT calls.* FROM calls JOIN slots ON slot = number WHERE {_IS_OPEN})"
_LEFT = "greatest(0, least(length, {} - {}))"
# What the tables do not have as it is copied. The wall clock of the moment is put in for {}.
_ROWS: Mapping[str, str] = {
    "retries": f"SELECT sequence, position, priority, attempts, {_LEFT.format('due_at', '{0}')} FROM retries "
    f"UNION ALL SELECT sequence, position, priority, open.attempts, 0 FROM {_OPEN_CALLS} AS open "
    "JOIN ingestions USING (sequence)",
    "slots": f"SELECT {columns_of('slots').removesuffix('opening, closing')} {', '.join(TIMES)} FROM slots",
    "pause": f"SELECT one, {_LEFT.format('until', '{0}')} FROM pause WHERE until > {{0}}",
}
_SEQUENCE = "pg_get_serial_sequence('ingestions', 'sequence')::regclass"
# No replica has this one.
NO_REPLICA = UUID(int=0)


@contextmanager
def postgres_source(url: str) -> Iterator["PostgresSource"]:
    """Lend a database that no replica works on. Raises CopyRefused and StoreError."""
    with translated(_NOT_READ), connect(url) as session:
        if session.execute("SELECT to_regclass('schema_version')").fetchone() == (None,):
            raise CopyRefused("the source has no tables of this service")
        migrate(session)
        _begin(session, "BEGIN ISOLATION LEVEL REPEATABLE READ")
        _require_alone(session, "source")
        _require_ended(session)
        yield PostgresSource(session)


@contextmanager
def postgres_target(url: str) -> Iterator["PostgresTarget"]:
    """Lend an empty database; all is durable at the end of the block, or nothing is kept.

    Raises CopyRefused and StoreError.
    """
    with translated(_NOT_WRITTEN), connect(url) as session:
        migrate(session)
        _begin(session, "BEGIN ISOLATION LEVEL READ COMMITTED")
        _require_alone(session, "target")
        if not emptied(PostgresConnection(session)):
            raise CopyRefused("the target is not empty: copy into a new database")
        yield PostgresTarget(session)
        _commit(session)


class PostgresSource:
    """Fits the interface `Source`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self) -> int:
        """Count the rows."""
        return count_rows(PostgresConnection(self._session))

    def last_sequence(self) -> int:
        """Read the state of the identity."""
        (sequence,) = self._session.execute(
            f"SELECT coalesce(pg_sequence_last_value({_SEQUENCE}), 0)".encode()
        ).fetchone() or (0,)
        return int(sequence)

    def rows(self, table: str) -> Generator[Row, None, None]:
        """Read a table as the server sends it."""
        with translated(_NOT_READ):
            (wall,) = self._session.execute("SELECT wall_clock()").fetchone() or (0,)
        return self._rows(table, wall)

    def _rows(self, table: str, wall: int) -> Generator[Row, None, None]:
        statement = _ROWS.get(table, f"SELECT {columns_of(table)} FROM {table}").format(wall)
        cursor = self._session.cursor()
        with translated(_NOT_READ), cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT BINARY)".encode()) as copy:
            copy.set_types(list(TABLES[table].values()))
            yield from copy.rows()


class PostgresTarget:
    """Fits the interface `Target`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def write(self, table: str, rows: Iterable[Row]) -> None:
        """Send a table as the rows come."""
        types, adapted = self._adapted(table)
        statement = f"COPY {table} ({', '.join(types)}) FROM STDIN (FORMAT BINARY)"
        with self._session.cursor().copy(statement.encode()) as copy:
            copy.set_types(list(types.values()))
            for row in rows:
                try:
                    copy.write_row(adapted(row))
                except (TypeError, OverflowError) as error:
                    raise StoreError(f"the source has a row in {table} that does not fit: {error}") from error

    def finish(self, last_sequence: int) -> Summary:
        """Let nothing wait that is called in the open slot, count on from the last sequence, and tell replicas."""
        connection = PostgresConnection(self._session)
        summary = read_summary(connection)
        self._take_out_open_calls(connection)
        if last_sequence:
            connection.execute(
                "SELECT setval(pg_get_serial_sequence('ingestions', 'sequence'), ?)", [last_sequence]
            )
        insert_changes(connection, [Change()], count_waiting(connection))
        # Else the first statements are planned as for empty tables.
        connection.execute(f"ANALYZE {', '.join(TABLES)}")
        return summary

    def _adapted(self, table: str) -> tuple[Mapping[str, str], Callable[[Row], Row]]:
        """Return the columns of a table here, and a function for rows that differ from those that are copied."""
        (wall,) = self._session.execute("SELECT wall_clock()").fetchone() or (0,)
        columns = dict(TABLES[table])
        match table:
            case "slots":
                return columns | {"owner": "uuid"}, lambda row: (*row, NO_REPLICA)
            case "retries":
                del columns["left"]
                wait = {"due_at": "int8", "length": "int8"}
                return columns | wait, lambda row: (*row[:-1], wall + row[-1], row[-1])
            case "pause":
                wait = {"one": "int4", "until": "int8", "length": "int8"}
                return wait, lambda row: (row[0], wall + row[1], row[1])
        return columns, lambda row: row

    @staticmethod
    def _take_out_open_calls(connection: PostgresConnection) -> None:
        """Let the calls of the open slot keep how often each id was called before."""
        of_call = "retries.sequence = open.sequence AND retries.position = open.position"
        connection.execute(
            f"UPDATE calls SET attempts = retries.attempts FROM retries, {_OPEN_CALLS} AS open WHERE {of_call} "
            "AND (calls.sequence, calls.position, calls.slot) = (open.sequence, open.position, open.slot)"
        )
        connection.execute(f"DELETE FROM retries USING {_OPEN_CALLS} AS open WHERE {of_call}")


def _begin(session: Session, begin: LiteralString) -> None:
    for statement in (begin, *_BEGIN):
        session.execute(statement)


def _require_alone(session: Session, which: str) -> None:
    """Raise CopyRefused while a replica works on the database."""
    if row := session.execute(_SEEN.encode()).fetchone():
        seconds = LATELY // NANOSECONDS
        raise CopyRefused(f"replica {row[0]} works on the {which}: stop every replica, and copy {seconds} s later")


def _require_ended(session: Session) -> None:
    """Raise CopyRefused while calls of the open slot may be under way."""
    row = session.execute(_OPEN.encode()).fetchone()
    if row is not None and row[1] > 0:
        raise CopyRefused(f"slot {row[0]} is open, and calls of it may be under way: copy {row[1]} s later")


def _commit(session: Session) -> None:
    try:
        session.commit()
    except psycopg.OperationalError as error:
        sentence = store_error("the target did not answer whether it has kept the copy", error)
        raise StoreError(f"{sentence}; copy again: that is refused if it has") from error
