"""The version of the tables of the SQLite store, and the way to the newest one."""

import sqlite3

from ingest_service.errors import StoreError
from ingest_service.stores.sql.auditing import Times
from ingest_service.stores.sqlite.connections import NOT_READ, SQLITE_ERRORS, translated
from ingest_service.stores.sqlite.migrations import MIGRATIONS

# The times of a slot that only this engine knows, as they are part of its link.
TIMES = Times("coalesce(opening, 'm ' || boot || ' ' || opened)", "coalesce(closing, 'm ' || started)")


def schema_version(connection: sqlite3.Connection) -> int:
    """Return the version of the tables, 0 for a database without any. Raises StoreError."""
    with translated(NOT_READ):
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database to the newest version, each step in a transaction.

    Raises StoreError for a newer one, and where a step fails; the caller closes the connection then.
    """
    version = schema_version(connection)
    if version > len(MIGRATIONS):
        raise StoreError(
            f"the database has schema version {version}, this program knows versions up to {len(MIGRATIONS)}; "
            "run the newer program that wrote it"
        )
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        try:
            connection.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")
        except SQLITE_ERRORS as error:
            raise StoreError(f"the database cannot be brought to schema version {number}: {error}") from error
