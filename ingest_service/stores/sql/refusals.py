"""Refusals of the credentials, read from the ledger."""

from ingest_service.domain.ledger import Slot
from ingest_service.domain.refusals import Refusals
from ingest_service.stores.sql.database import Connection


class RefusalsQuery:
    """The refusals that the ledger knows when a slot ends, also asked for in a pipeline.

    `is_closed` is the condition for slots that were closed with the outcomes of calls.
    """

    def __init__(self, connection: Connection, slot: Slot, is_closed: str) -> None:
        self._last = connection.execute(
            f"SELECT refusals FROM slots WHERE {is_closed} AND number < ? ORDER BY number DESC LIMIT 1",
            [slot.number],
        )
        self._before = connection.execute(
            "SELECT DISTINCT own.sequence, own.position FROM calls AS own "
            "JOIN calls AS earlier ON earlier.sequence = own.sequence AND earlier.position = own.position "
            "JOIN slots ON number = earlier.slot "
            f"WHERE own.slot = ? AND earlier.slot < own.slot AND refusals > 0 AND {is_closed}",
            [slot.number],
        )

    def result(self, *, is_last: bool) -> Refusals:
        """Return it, after a pipeline has ended; `is_last`: nothing waits but the ids of the slot."""
        last = self._last.fetchone()
        return Refusals(0 if last is None else last[0], frozenset(map(tuple, self._before.fetchall())), is_last)
