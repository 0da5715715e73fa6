"""Removal of history.

First goes the row of the ingestion itself, so that it is not found any more, while its sequence is written into
`forgotten`; then, a few at a time, what is left of it in the other tables; and then the slots without calls.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ingest_service.ports.records import BelievedTime
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.removed_slots import remove_slots

_PAGE_BYTES = 4096
# What each database has. (The last outcome of an id takes its retry with it.)
TABLES = {
    "outcomes": "sequence, position",
    "cancellations": "sequence",
    "deadlines": "sequence",
    "slips": "sequence",
    "reprioritised": "sequence",
    "idempotency_keys": "sequence",
}


@dataclass(frozen=True, slots=True)
class Leftovers:
    """The tables that may have rows of a forgotten ingestion, with their keys, besides `calls`.

    `condition` on a sequence finds those rows by an index.
    """

    tables: Mapping[str, str]
    condition: str


def read_ended(connection: Connection, before: int, most: int) -> list[int]:
    """Find the oldest ingestions that ended before this time, none while something is left of others.

    Their rows are at most `most`, counting each page of ids: deleting the ids reads them.
    """
    rows = connection.execute(
        f"SELECT sequence, 1 + length(ids) / {_PAGE_BYTES} FROM ingestions "
        "LEFT JOIN backlog USING (sequence) LEFT JOIN cancellations USING (sequence) "
        "WHERE created_at < ? AND NOT EXISTS (SELECT 1 FROM forgotten) AND backlog.sequence IS NULL "
        "AND sequence NOT IN (SELECT sequence FROM open_batches) AND coalesce(cancelled_at, 0) < ? "
        "AND coalesce((SELECT max(closed_at) FROM slots WHERE number IN "
        "(SELECT slot FROM calls WHERE calls.sequence = ingestions.sequence)), 0) < ? "
        "ORDER BY created_at LIMIT ?",
        [before, before, before, most],
    ).fetchall()
    affordable = sum(total <= most for total in accumulate(weight for _, weight in rows))
    return [sequence for sequence, _ in rows[: max(1, affordable)]]


def read_latest(connection: Connection) -> int | None:
    """Find the later one of when the last ingestion was created and the last slot opened."""
    row = connection.execute(
        "SELECT max(at) FROM (SELECT created_at AS at FROM ingestions "
        "WHERE sequence = (SELECT max(sequence) FROM ingestions) UNION ALL "
        "SELECT opened_at FROM slots WHERE number = (SELECT max(number) FROM slots)) AS entries"
    ).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def read_believed_time(connection: Connection) -> BelievedTime | None:
    """Find the time that was written last. What is no number is damage, and as good as nothing."""
    row = connection.execute("SELECT history, keys FROM believed_time").fetchone()
    return None if row is None or not all(isinstance(time, int) for time in row) else BelievedTime(*row)


def write_believed_time(connection: Connection, time: BelievedTime) -> None:
    """Write a time over the one before."""
    connection.execute(
        "INSERT INTO believed_time (one, history, keys) VALUES (1, ?, ?) "
        "ON CONFLICT (one) DO UPDATE SET history = excluded.history, keys = excluded.keys",
        time,
    )


def remove_history(
    connection: Connection, ended: Sequence[int], keys_before: int, most: int, leftovers: Leftovers
) -> bool:
    """Remove at most `most` rows of one kind, these ingestions among them; return whether there were any."""
    return bool(
        _remove_left(connection, leftovers, most)
        or _remove_slots(connection, most)
        or _remove_ingestions(connection, ended)
        or _remove_keys(connection, keys_before, most)
    )


def _remove_left(connection: Connection, leftovers: Leftovers, most: int) -> int:
    of_forgotten = f"WHERE sequence {leftovers.condition} LIMIT ?"
    removed = _remove_calls(connection, of_forgotten, most)
    for table, key in leftovers.tables.items():
        removed += connection.execute(
            f"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} {of_forgotten})", [most - removed]
        ).rowcount
    if removed < most:
        connection.execute("DELETE FROM forgotten")
    return removed


def _remove_calls(connection: Connection, of_forgotten: str, most: int) -> int:
    """Remove calls of what is forgotten, and note their slots, which may have none left."""
    rows = connection.execute(f"SELECT sequence, position, slot FROM calls {of_forgotten}", [most]).fetchall()
    connection.executemany("DELETE FROM calls WHERE sequence = ? AND position = ? AND slot = ?", rows)
    connection.executemany(
        "INSERT INTO thinned_slots (number) VALUES (?) ON CONFLICT DO NOTHING", [(slot,) for _, _, slot in rows]
    )
    return len(rows)


def _remove_slots(connection: Connection, most: int) -> int:
    """Remove thinned slots without calls; the last one stays. One that has calls left stays noted."""
    rows = connection.execute(
        "SELECT number FROM thinned_slots WHERE number < (SELECT max(number) FROM slots) "
        "AND NOT EXISTS (SELECT 1 FROM calls WHERE slot = thinned_slots.number) LIMIT ?",
        [most],
    ).fetchall()
    remove_slots(connection, [number for (number,) in rows])
    connection.executemany("DELETE FROM thinned_slots WHERE number = ?", rows)
    return len(rows)


def _remove_ingestions(connection: Connection, sequences: Sequence[int]) -> int:
    rows = [(sequence,) for sequence in sequences]
    connection.executemany("INSERT INTO forgotten (sequence) VALUES (?) ON CONFLICT DO NOTHING", rows)
    return connection.executemany("DELETE FROM ingestions WHERE sequence = ?", rows).rowcount


def _remove_keys(connection: Connection, before: int, most: int) -> int:
    return connection.execute(
        "DELETE FROM idempotency_keys WHERE sequence IN "
        "(SELECT sequence FROM idempotency_keys WHERE created_at < ? LIMIT ?)",
        [before, most],
    ).rowcount
