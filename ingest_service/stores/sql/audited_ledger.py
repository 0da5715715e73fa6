"""The ledger of an SQL database, page by page."""

from ingest_service.domain.audited import AuditedIngestion, AuditedOutcome, SlotPage
from ingest_service.stores.sql.auditing import Times, read_ingestion_page, read_outcome_page, read_slot_page
from ingest_service.stores.sql.database import Database


class SqlLedger:
    """Fits the port `Ledger`: one read transaction for each page. `times` are what its engine alone knows."""

    def __init__(self, database: Database, times: Times) -> None:
        self._database = database
        self._times = times

    def audit_slots(self, after: int, limit: int) -> SlotPage:
        """Read slots with their calls."""
        with self._database.read() as connection:
            return read_slot_page(connection, after, limit, self._times)

    def audit_ingestions(self, after: int, limit: int) -> list[AuditedIngestion]:
        """Read ingestions, and count their outcomes."""
        with self._database.read() as connection:
            return read_ingestion_page(connection, after, limit)

    def audit_outcomes(
        self, after: tuple[int, int], limit: int
    ) -> tuple[list[AuditedOutcome], tuple[int, int] | None]:
        """Read outcomes, and count their calls."""
        with self._database.read() as connection:
            return read_outcome_page(connection, after, limit)
