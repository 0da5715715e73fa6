"""Search for damage in the schema and in the rows of what waits, before anything of it is called."""

import sqlite3
from contextlib import closing

from ingest_service.errors import StoreDamaged
from ingest_service.stores.sql.rows import ID_COUNT
from ingest_service.stores.sqlite.connections import NOT_READ, translated
from ingest_service.stores.sqlite.schema import migrate

_COLUMNS = (
    'SELECT tables.name, columns.name, columns.type, columns."notnull", columns.pk '
    "FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'"
)


def _is_in(index: str, column: str) -> str:
    """Return whether an index, which keeps a copy of its column, agrees with a row of `its`."""
    return (
        f"EXISTS (SELECT 1 FROM ingestions AS copy INDEXED BY {index} "
        f"WHERE copy.{column} = its.{column} AND copy.sequence = its.sequence)"
    )


# A page has no checksum. But a cursor has come as far as the calls of its ingestion, and an index keeps a copy.
_IS_SOUND = (
    "typeof(id) = 'blob' AND length(id) = 16 AND typeof(ids) = 'blob' AND length(ids) % 4 = 0 "
    "AND priority IN (0, 1, 2) AND typeof(batch_size) = 'integer' AND batch_size > 0 "
    f"AND released < {ID_COUNT} AND typeof(created_at) = 'integer' "
    "AND released = coalesce((SELECT max(position) + 1 FROM calls WHERE calls.sequence = its.sequence), 0) "
    f"AND {_is_in('ingestions_by_priority', 'priority')} AND {_is_in('ingestions_by_time', 'created_at')}"
)
_DAMAGED = (
    "SELECT backlog.sequence FROM backlog LEFT JOIN ingestions AS its USING (sequence) "
    f"WHERE NOT coalesce({_IS_SOUND}, 0) LIMIT 1"
)


def require_columns(connection: sqlite3.Connection) -> None:
    """Raise StoreDamaged if a column is not as a new database has it. Others may be there, too.

    A bit that flipped may have made `INTEGER PRIMARY KEY` another type, whose numbers are all NULL.
    """
    with closing(sqlite3.connect(":memory:")) as new:
        migrate(new)
        expected = new.execute(_COLUMNS).fetchall()
    with translated(NOT_READ):
        found = connection.execute(_COLUMNS).fetchall()
    for column in expected:
        if column not in found:
            raise StoreDamaged(f"the column {column[1]} of the table {column[0]} is damaged in the database")


def require_sound(connection: sqlite3.Connection) -> None:
    """Raise StoreDamaged for an ingestion that waits and whose row is not as it was written.

    Takes microseconds for each ingestion that waits.
    """
    with translated(NOT_READ):
        row = connection.execute(_DAMAGED).fetchone()
    if row is not None:
        raise StoreDamaged(f"ingestion number {row[0]}, which waits, is damaged in the database")
