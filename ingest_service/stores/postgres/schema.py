"""The version of the tables of the PostgreSQL store, and the way to the newest one."""

from psycopg import Connection

from ingest_service.errors import StoreError
from ingest_service.stores.postgres.migrations import MIGRATIONS
from ingest_service.stores.sql.auditing import Times

# The times of a slot that only this engine knows, as they are part of its link.
TIMES = Times(
    "coalesce(opening, 'w ' || call_grant || ' ' || call_timeout || ' ' || slot_interval)",
    "coalesce(closing, 'w ' || how || ' ' || age)",
)
# Programs that know fewer migrations than this must not run on the newest schema.
OLDEST_PROGRAM = 1

# Two replicas that start at once migrate one after the other. The number is arbitrary: the name in ASCII.
MIGRATION_LOCK = int.from_bytes(b"ingest")
# A migration takes its time, and so does the wait for that of another replica, whatever is set for the role.
_NO_LIMITS = "SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)"
_CREATE = """
CREATE TABLE IF NOT EXISTS schema_version (
    one integer PRIMARY KEY CHECK (one = 1),
    version integer NOT NULL,
    oldest_program integer NOT NULL
)
"""


def migrate(connection: Connection[tuple[object, ...]]) -> None:
    """Bring the database to the newest version, in one transaction.

    The connection is in autocommit mode. Raises StoreError for a database that only a newer program may use, and
    psycopg.Error.
    """
    with connection.transaction():
        connection.execute(_NO_LIMITS)
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [MIGRATION_LOCK])
        version, oldest_program = _version(connection)
        if oldest_program > len(MIGRATIONS):
            raise StoreError(
                f"the database has schema version {version}, which programs from version {oldest_program} on can "
                f"use; this one knows versions up to {len(MIGRATIONS)}: run the newer program that wrote it"
            )
        if version >= len(MIGRATIONS):
            return
        for script in MIGRATIONS[version:]:
            connection.execute(script)
        connection.execute(_CREATE)
        connection.execute(
            "INSERT INTO schema_version VALUES (1, %s, %s) "
            "ON CONFLICT (one) DO UPDATE SET version = excluded.version, oldest_program = excluded.oldest_program",
            [len(MIGRATIONS), OLDEST_PROGRAM],
        )


def _version(connection: Connection[tuple[object, ...]]) -> tuple[int, int]:
    """Return the version of the schema and the oldest program that may use it; zeros for an empty database."""
    if connection.execute("SELECT to_regclass('schema_version')").fetchone() == (None,):
        return 0, 0
    row = connection.execute("SELECT version, oldest_program FROM schema_version").fetchone()
    return (0, 0) if row is None else (int(str(row[0])), int(str(row[1])))
