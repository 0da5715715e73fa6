"""Writing slips into the PostgreSQL store."""

from collections.abc import Mapping
from uuid import UUID

from ingest_service.domain.ledger import Slip
from ingest_service.ports.records import SLIPS_KEPT
from ingest_service.stores.postgres.dialect import PostgresConnection
from ingest_service.stores.sql.slips import slip_rows

_LATEST = "slips.latest::jsonb"


def insert_slips(connection: PostgresConnection, slips: Mapping[int, Slip]) -> None:
    """Append a slip to the row of each of these ingestions that is there; the oldest one makes room."""
    connection.executemany(
        "INSERT INTO slips (sequence, latest) "
        "SELECT sequence, jsonb_build_array(?::jsonb)::text FROM ingestions WHERE sequence = ? "
        "ON CONFLICT (sequence) DO UPDATE SET latest = ("
        f"CASE WHEN jsonb_array_length({_LATEST}) < {SLIPS_KEPT} THEN {_LATEST} ELSE {_LATEST} - 0 END "
        "|| excluded.latest::jsonb)::text",
        [(text, sequence) for sequence, text in slip_rows(slips)],
    )


def is_owner_of_last_slot(connection: PostgresConnection, owner: UUID) -> bool:
    """Return whether a replica opened the last slot, or none was opened yet."""
    row = connection.execute("SELECT owner FROM slots ORDER BY number DESC LIMIT 1").fetchone()
    return row is None or row[0] == owner
