"""Interface for reading the whole ledger, page by page."""

from typing import Protocol

from ingest_service.domain.audited import AuditedIngestion, AuditedOutcome, SlotPage
from ingest_service.ports.records import Records


class Ledger(Protocol):
    """Reads the ledger for an audit. Any thread; blocks on the disk, and delays no slot.

    Each page is of one moment. Raises StoreError where the store cannot be read, StoreStopped where it does not
    run.
    """

    def audit_slots(self, after: int, limit: int) -> SlotPage:
        """Return the first `limit` slots above a number; a page that is not full is the last one."""

    def audit_ingestions(self, after: int, limit: int) -> list[AuditedIngestion]:
        """Return the first `limit` ingestions above a sequence."""

    def audit_outcomes(
        self, after: tuple[int, int], limit: int
    ) -> tuple[list[AuditedOutcome], tuple[int, int] | None]:
        """Return the first `limit` outcomes behind a (sequence, position), and where to go on, None at the end."""


class AuditedRecords(Records, Protocol):
    """Records of a store whose whole ledger can be read too."""

    @property
    def ledger(self) -> Ledger:
        """The ledger of the same store."""
