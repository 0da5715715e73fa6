"""Slips: one row of JSON for each ingestion, the last slip last."""

import json
from collections.abc import Mapping

from ingest_service.domain.ledger import Slip
from ingest_service.stores.sql.database import Connection


def read_slips(connection: Connection, sequence: int) -> tuple[Slip, ...]:
    """Read the slips of an ingestion, the last one first."""
    row = connection.execute("SELECT latest FROM slips WHERE sequence = ?", [sequence]).fetchone()
    return tuple(Slip(*slip) for slip in reversed(json.loads(row[0]))) if row else ()


def slip_rows(slips: Mapping[int, Slip]) -> list[tuple[int, str]]:
    """Return the sequence and the JSON of each slip, the oldest ingestion first."""
    return [
        (sequence, json.dumps([slip.at, slip.slots, slip.nanoseconds, slip.cause]))
        for sequence, slip in sorted(slips.items())
    ]
