"""Removal of what only replicas need: changes that each has followed, and replicas that are gone."""

from ingest_service.clock import NANOSECONDS
from ingest_service.stores.postgres.dialect import PostgresConnection

# By the clock of the database.
KEEP = 3600 * NANOSECONDS
# Arbitrary: the name in ASCII.
_LOCK = int.from_bytes(b"prune")


def may_prune(connection: PostgresConnection) -> bool:
    """Return whether no other transaction prunes; none will until this one ends."""
    row = connection.execute("SELECT pg_try_advisory_xact_lock(?)", [_LOCK]).fetchone()
    return row is not None and bool(row[0])


def remove_followed(connection: PostgresConnection, most: int) -> bool:
    """Remove at most `most` old changes, but never the last one, and replicas that are gone.

    Returns whether there were any.
    """
    # Only the first ones are looked at: those behind them are younger.
    changes = connection.execute(
        "DELETE FROM changes WHERE version IN "
        "(SELECT version FROM (SELECT version, at FROM changes ORDER BY version LIMIT ?) AS first "
        "WHERE at < wall_clock() - ? AND version < (SELECT max(version) FROM changes))",
        [most, KEEP],
    )
    replicas = connection.execute("DELETE FROM replicas WHERE seen_at < wall_clock() - ?", [KEEP])
    return changes.rowcount + replicas.rowcount > 0
