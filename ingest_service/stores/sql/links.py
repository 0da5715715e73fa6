"""The links of the hash chain, as they are read for the next one."""

from ingest_service.domain.chain import GENESIS
from ingest_service.stores.sql.database import Connection, Cursor

# Greater than the number of any slot.
LAST_SLOT = 2**62


class LastLink:
    """The link of the last slot before a number, also as it is asked for in a pipeline."""

    def __init__(self, connection: Connection, before: int) -> None:
        self._rows: Cursor = connection.execute(
            "SELECT link FROM slots WHERE number < ? AND link IS NOT NULL ORDER BY number DESC LIMIT 1", [before]
        )

    def result(self) -> bytes:
        """Return the link, after the pipeline has ended; GENESIS where the chain begins."""
        row = self._rows.fetchone()
        return GENESIS if row is None else bytes(row[0])
