"""Writing slips into the SQLite store."""

import sqlite3
from collections.abc import Mapping

from ingest_service.domain.ledger import Slip
from ingest_service.ports.records import SLIPS_KEPT
from ingest_service.stores.sql.slips import slip_rows


def insert_slips(connection: sqlite3.Connection, slips: Mapping[int, Slip]) -> None:
    """Append a slip to the row of each of these ingestions that is there; the oldest one makes room."""
    connection.executemany(
        "INSERT INTO slips (sequence, latest) "
        "SELECT sequence, json_array(json(?2)) FROM ingestions WHERE sequence = ?1 "
        "ON CONFLICT DO UPDATE SET latest = json_insert("
        f"iif(json_array_length(latest) < {SLIPS_KEPT}, latest, json_remove(latest, '$[0]')), '$[#]', json(?2))",
        slip_rows(slips),
    )
