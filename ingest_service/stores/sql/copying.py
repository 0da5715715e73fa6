"""Everything that is taken over from one database into another, in a form that fits every store."""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.rows import ID_COUNT


def _typed(columns: str) -> Mapping[str, str]:
    """Return the type of each column."""
    words = columns.replace(",", "").split()
    return dict(zip(words[::2], words[1::2], strict=True))


# The tables with their columns, and the type of each as PostgreSQL names it. A wait (`left`) is the nanoseconds
# that are left of it, for no clock of one machine means anything to another. `retries` has every id that waits for
# another call, those that are called in the open slot among them. `slots` has the lengths of time that a replica
# knows of its own slots, 0 where they are not known, and in `opening` and `closing` the times that the engine knew
# which opened it, as they are part of its link.
TABLES: Mapping[str, Mapping[str, str]] = {
    "ingestions": _typed("sequence int8, id bytea, priority int2, created_at int8, batch_size int4, ids bytea"),
    "backlog": _typed("sequence int8, priority int2, released int4"),
    "open_batches": _typed("sequence int8, number int4"),
    "slots": _typed(
        "number int8, replica text, opened_at int8, closed_at int8, call_grant int8, call_timeout int8, "
        "slot_interval int8, how text, age int8, took int8, lag int8, failed bool, refusals int4, "
        "calls_hash bytea, link bytea, fates text, opening text, closing text"
    ),
    "calls": _typed("sequence int8, position int4, slot int8, record_id int4, place int4, attempts int4"),
    "outcomes": _typed(
        "sequence int8, position int4, record_id int4, result text, error text, attempts int4, last_status int4"
    ),
    "deadlines": _typed("sequence int8, deadline int8"),
    "cancellations": _typed("sequence int8, released int4, cancelled_at int8"),
    "idempotency_keys": _typed("sequence int8, key text, digest bytea, created_at int8"),
    "operator_pause": _typed("one int4, at int8"),
    "slips": _typed("sequence int8, latest text"),
    "forgotten": _typed("sequence int8"),
    "thinned_slots": _typed("number int8"),
    "removed_slots": _typed("first int8, last int8, before bytea, link bytea"),
    "reprioritised": _typed("sequence int8"),
    "believed_time": _typed("one int4, history int8, keys int8"),
    "retries": _typed("sequence int8, position int4, priority int2, attempts int4, left int8"),
    "pause": _typed("one int4, left int8"),
}
_IDS_WAITING = (
    f"SELECT coalesce(sum({ID_COUNT} - released), 0) + (SELECT count(*) FROM retries) "
    "FROM backlog JOIN ingestions USING (sequence)"
)

Row = tuple[Any, ...]


class Source(Protocol):
    """A database that nothing changes while it is read. One thread; raises StoreError."""

    def count(self) -> int:
        """Return about how many rows there are."""

    def last_sequence(self) -> int:
        """Return the sequence of the last ingestion that was ever accepted, 0 before the first."""

    def rows(self, table: str) -> Generator[Row, None, None]:
        """Read one of TABLES, a few rows at a time; it is to be closed before anything else is asked.

        Waits count from this call, not from when a row is read.
        """


class Target(Protocol):
    """An empty database that others do not see until all is there. One thread; raises StoreError."""

    def write(self, table: str, rows: Iterable[Row]) -> None:
        """Write one of TABLES. Waits count from this call."""

    def finish(self, last_sequence: int) -> "Summary":
        """Put everything in order once all tables are written."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Numbers of what a database has; `waiting` are the ids that are to be called, those of an open slot again."""

    ingestions: int
    ids: int
    waiting: int
    slots: int


def read_summary(connection: Connection) -> Summary:
    """Count what a database has, while its retries are those that were copied."""
    ingestions, ids = connection.execute(
        f"SELECT count(*), coalesce(sum({ID_COUNT}), 0) FROM ingestions"
    ).fetchone()
    (slots,) = connection.execute("SELECT count(*) FROM slots").fetchone()
    return Summary(ingestions, int(ids), count_waiting(connection), slots)


def count_waiting(connection: Connection) -> int:
    """Count the ids that have not been released, and those in `retries`."""
    (waiting,) = connection.execute(_IDS_WAITING).fetchone()
    return int(waiting)


def count_rows(connection: Connection) -> int:
    """Count all rows of TABLES."""
    return sum(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES)


def emptied(connection: Connection) -> bool:
    """Remove the time that a mere start has kept; return whether none of TABLES has a row then."""
    connection.execute("DELETE FROM believed_time")
    return not any(connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() for table in TABLES)


def columns_of(table: str) -> str:
    """Return the columns of one of TABLES as they stand in a statement."""
    return ", ".join(TABLES[table])
