"""An SQLite file as the source or the target of a copy."""

import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from ingest_service.clock import Clock
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.errors import CopyRefused, StoreInUse
from ingest_service.stores.sql.copying import Row, Summary, columns_of, count_rows, emptied, read_summary
from ingest_service.stores.sql.counting import BATCHES, UNRELEASED
from ingest_service.stores.sqlite.checksums import insert_checksums, require_intact
from ingest_service.stores.sqlite.connections import connect, translated
from ingest_service.stores.sqlite.held_files import HeldFiles
from ingest_service.stores.sqlite.lock_file import LockFile
from ingest_service.stores.sqlite.open_batches import read_open_batches
from ingest_service.stores.sqlite.schema import TIMES, migrate
from ingest_service.stores.sqlite.waits import Wait

# An ingestion that is over may be damaged: nothing of it is called.
_INGESTIONS = (
    "SELECT sequence, id, priority, created_at, batch_size, ids, crcs, "
    "sequence IN (SELECT sequence FROM backlog UNION SELECT sequence FROM open_batches) "
    "FROM ingestions LEFT JOIN checksums USING (sequence) ORDER BY sequence"
)
# Where a former version kept no place, the calls of a slot are in the order in which they are read.
_PLACE = (
    "coalesce(place, (SELECT count(*) FROM calls AS other JOIN ingestions AS its USING (sequence) "
    "WHERE other.slot = calls.slot AND (its.priority, other.sequence, other.position) "
    "< (ingestions.priority, calls.sequence, calls.position)))"
)
_ATTEMPTS = (
    "(SELECT count(*) FROM calls AS other JOIN slots ON number = other.slot WHERE other.sequence = calls.sequence "
    "AND other.position = calls.position AND other.slot < calls.slot AND started IS NOT NULL)"
)
# What the tables do not have as it is copied. An open slot did not end; how old a closed one is, is not known.
_ROWS: Mapping[str, str] = {
    "backlog": "SELECT sequence, priority, released FROM backlog JOIN ingestions USING (sequence)",
    "slots": "SELECT number, replica, opened_at, closed_at, 0, 0, 0, "
    "iif(closed_at IS NULL, NULL, iif(started IS NULL, 'lost', 'closed')), "
    "iif(closed_at IS NULL, NULL, 0), NULL, lag, iif(closed_at IS NULL, NULL, 0), refusals, "
    f"calls_hash, link, fates, {', '.join(TIMES)} FROM slots",
    "calls": f"SELECT sequence, position, slot, record_id, {_PLACE}, {_ATTEMPTS} "
    "FROM calls LEFT JOIN ingestions USING (sequence)",
}
# Ids of a cancelled ingestion are called again only if it is not known that those of their last slot started.
_REOPEN = (
    "UPDATE slots SET started = NULL WHERE number IN (SELECT max(slot) FROM retries "
    "JOIN cancellations USING (sequence) JOIN calls USING (sequence, position) GROUP BY sequence, position)"
)
# The triggers count ingestions as they come, and these came in the order of the source.
_RECOUNT = (
    f"UPDATE counted SET batches = (SELECT coalesce(sum({BATCHES}), 0) FROM ingestions "
    "WHERE ingestions.priority = counted.priority), upto = (SELECT coalesce(max(sequence), 0) FROM ingestions), "
    f"unreleased = (SELECT {UNRELEASED} FROM backlog CROSS JOIN ingestions USING (sequence) "
    "WHERE ingestions.priority = counted.priority), "
    "waiting_upto = (SELECT coalesce(max(sequence), 0) FROM backlog)"
)
_SLOT = (
    "number, replica, opened_at, closed_at, lag, refusals, calls_hash, link, fates, opening, closing, "
    "boot, opened, started"
)
_NOT_READ = "the source could not be read"
_NOT_WRITTEN = "the target could not be written"
# No boot has this name, so the ledger proves nothing of the time of its slots: the first one after a start waits
# one whole interval.
NO_BOOT = ""


@contextmanager
def sqlite_source(path: Path, clock: Clock) -> Iterator["SqliteSource"]:
    """Lend a database that no service works on; it is brought to the newest schema.

    Raises CopyRefused and StoreError.
    """
    if not path.exists():
        raise CopyRefused(f"there is no database {path}")
    with _locked(path), closing(connect(path, create=False)) as connection, translated(_NOT_READ):
        if connection.execute("PRAGMA user_version").fetchone() == (0,):
            raise CopyRefused(f"{path} is no database of this service")
        migrate(connection)
        connection.execute("BEGIN")
        yield SqliteSource(connection, clock)


@contextmanager
def sqlite_target(path: Path, clock: Clock) -> Iterator["SqliteTarget"]:
    """Lend an empty database, made if need be; all is durable at the end of the block, or nothing is kept.

    Raises CopyRefused and StoreError.
    """
    with _locked(path) as lock_file, closing(connect(path)) as connection, translated(_NOT_WRITTEN):
        migrate(connection)
        connection.execute("BEGIN IMMEDIATE")
        if not emptied(connection):
            raise CopyRefused(f"the target {path} is not empty: copy into a file that does not exist")
        yield SqliteTarget(connection, clock)
        number = connection.execute("SELECT max(number) FROM slots").fetchone()[0]
        connection.execute("COMMIT")
        if number is not None:
            # An older copy of the database is found out from now on.
            lock_file.record(number, 0)


class SqliteSource:
    """Fits the interface `Source`."""

    def __init__(self, connection: sqlite3.Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def count(self) -> int:
        """Count the rows."""
        return count_rows(self._connection)

    def last_sequence(self) -> int:
        """Read what SQLite keeps of an AUTOINCREMENT."""
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'ingestions'").fetchone()
        return 0 if row is None else int(row[0])

    def rows(self, table: str) -> Generator[Row, None, None]:
        """Read a table. Raises IdsDamaged for an ingestion that waits and is not as it was accepted."""
        return self._rows(table, self._clock.wall())

    def _rows(self, table: str, wall: int) -> Generator[Row, None, None]:
        with translated(_NOT_READ):
            match table:
                case "ingestions":
                    yield from self._ingestions()
                case "retries":
                    yield from self._retries(wall)
                case "pause":
                    yield from self._pause(wall)
                case _:
                    statement = _ROWS.get(table, f"SELECT {columns_of(table)} FROM {table}")
                    yield from self._connection.execute(statement)

    def _ingestions(self) -> Iterator[Row]:
        for *row, crcs, waits in self._connection.execute(_INGESTIONS):
            if waits:
                require_intact(row[0], row[-1], crcs)
            yield tuple(row)

    def _retries(self, wall: int) -> Iterator[Row]:
        for entry, due in read_open_batches(self._connection, self._clock, ready=0):
            left = max(0, due - wall)
            for position in entry.positions:
                yield entry.sequence, position, entry.priority, entry.attempts, left

    def _pause(self, wall: int) -> Iterator[Row]:
        for until, boot, due, length in self._connection.execute("SELECT until, boot, due, length FROM pause"):
            left = Wait(until, boot, due, length).end(self._clock) - wall
            if left > 0:
                yield 1, left


class SqliteTarget:
    """Fits the interface `Target`."""

    def __init__(self, connection: sqlite3.Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def write(self, table: str, rows: Iterable[Row]) -> None:
        """Write a table, and with the ingestions the checksums of their ids."""
        if table == "ingestions":
            rows = self._with_checksums(rows)
        columns, adapted = self._adapted(table)
        values = ", ".join("?" * len(columns.split(",")))
        self._connection.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({values})", (adapted(row) for row in rows)
        )

    def finish(self, last_sequence: int) -> Summary:
        """Open again what a start must find open, count batches, and go on from the last sequence."""
        self._connection.execute(_REOPEN)
        self._connection.execute(_RECOUNT)
        self._connection.execute("DELETE FROM sqlite_sequence WHERE name = 'ingestions'")
        self._connection.execute("INSERT INTO sqlite_sequence VALUES ('ingestions', ?)", [last_sequence])
        return read_summary(self._connection)

    def _with_checksums(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            insert_checksums(self._connection, row[0], PackedIds(row[-1]))
            yield row

    def _adapted(self, table: str) -> tuple[str, Callable[[Row], Row]]:
        """Return the columns of a table here, and a function for rows that differ from those that are copied."""
        now, wall, boot = self._clock.now(), self._clock.wall(), self._clock.boot()
        match table:
            case "backlog":
                return "sequence, released", lambda row: (row[0], row[2])
            case "slots":
                return _SLOT, _slot
            case "calls":
                return "sequence, position, slot, record_id, place", lambda row: row[:5]
            case "retries":
                wait = "due_at, boot, due, length"
                return f"sequence, position, attempts, {wait}", lambda row: (
                    *(row[0], row[1], row[3]),
                    *(wall + row[4], boot, now + row[4], row[4]),
                )
            case "pause":
                return "one, until, boot, due, length", lambda row: (
                    *(row[0], wall + row[1], boot, now + row[1], row[1]),
                )
        return columns_of(table), lambda row: row


def _slot(row: Row) -> Row:
    number, replica, opened_at, closed_at, _, _, _, _, _, _, lag, _, *rest = row
    # The last of its calls had started when it was closed, at the latest.
    started = None if closed_at is None else closed_at - opened_at
    return number, replica, opened_at, closed_at, lag, *rest, NO_BOOT, 0, started


@contextmanager
def _locked(path: Path) -> Iterator[LockFile]:
    """Keep services out of the database. Raises CopyRefused if one works on it."""
    # Two names of one file must lead to one lock file.
    path = path.resolve()
    lock_file = LockFile(path.with_name(f"{path.name}.lock"), HeldFiles())
    try:
        lock_file.acquire()
    except StoreInUse:
        raise CopyRefused(f"a process works on {path}: stop it first") from None
    try:
        yield lock_file
    finally:
        lock_file.release()
