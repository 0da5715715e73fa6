"""The slots that were opened lately, as quotas count them."""

from ingest_service.domain.ledger import LedgerSlot
from ingest_service.stores.sql.database import Connection


def read_called(connection: Connection, most_ids: int) -> list[LedgerSlot]:
    """Read the last slots in their order, as many as have this number of ids together."""
    rows = connection.execute(
        "SELECT boot, opened, opened_at, started, (SELECT count(*) FROM calls WHERE slot = number) "
        "FROM slots ORDER BY number DESC"
    )
    slots: list[LedgerSlot] = []
    left = most_ids
    while left > 0 and (row := rows.fetchone()) is not None:
        slots.append(LedgerSlot(*row))
        left -= slots[-1].ids
    return slots[::-1]
