"""Writing new ingestions."""

import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain

from ingest_service.domain.model import Ingestion
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.stores.sqlite.checksums import crcs_of


def insert_ingestion(connection: sqlite3.Connection, ingestion: Ingestion, ids: PackedIds) -> int:
    """Write an ingestion, its cursor and the checksums of its ids; return its sequence."""
    return insert_ingestions(connection, [(ingestion, ids)])[0]


def insert_ingestions(connection: sqlite3.Connection, accepted: Sequence[tuple[Ingestion, PackedIds]]) -> range:
    """Write some ingestions with one statement for each table; return their sequences, which are neighbours."""
    rows = [(one.id.bytes, one.priority, one.batch_size, ids.packed, one.created_at) for one, ids in accepted]
    last = _insert(connection, "ingestions (id, priority, batch_size, ids, created_at)", rows)
    sequences = range(last - len(rows) + 1, last + 1)
    _insert(connection, "backlog (sequence, released)", [(sequence, 0) for sequence in sequences])
    checksums = [(sequence, crcs_of(ids.packed)) for sequence, (_, ids) in zip(sequences, accepted, strict=True)]
    _insert(connection, "checksums (sequence, crcs)", checksums)
    connection.executemany(
        "INSERT INTO deadlines (sequence, deadline) VALUES (?, ?)",
        [
            (sequence, one.deadline)
            for sequence, (one, _) in zip(sequences, accepted, strict=True)
            if one.deadline is not None
        ],
    )
    return sequences


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[Sequence[object]]) -> int:
    """Write these rows and return the number of the last one."""
    last = connection.execute(_text(table, len(rows), len(rows[0])), [*chain.from_iterable(rows)]).lastrowid
    assert last is not None, "an insert was made"
    return last


@cache
def _text(table: str, rows: int, columns: int) -> str:
    """Return the statement that writes some rows: the same text each time, for SQLite's prepared statements."""
    row = f"({', '.join('?' * columns)})"
    return f"INSERT INTO {table} VALUES {', '.join([row] * rows)}"
