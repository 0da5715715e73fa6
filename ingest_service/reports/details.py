"""The report of an ingestion in detail: where it is, what comes next, and all that was done for it."""

from dataclasses import dataclass
from uuid import UUID

from ingest_service.domain.failures import FailureQuery
from ingest_service.domain.ledger import LedgerSummary, Slip
from ingest_service.domain.progress import Progress
from ingest_service.ports.engine import Intake
from ingest_service.ports.records import HistoryRecord, Records
from ingest_service.reports.models import BatchReport, IngestionReport
from ingest_service.reports.reports import (
    batch_reports,
    changes_in,
    earliest_end,
    estimate_of,
    found_or_raise,
)
from ingest_service.schedule.estimate import Estimate


@dataclass(frozen=True, slots=True)
class DetailsReport:
    """An ingestion at the moment `taken_at` (wall clock), with the batches nearest to the present, in order.

    The other fields are as in IngestionReport.
    """

    taken_at: int
    progress: Progress
    slips: tuple[Slip, ...]
    batches: tuple[BatchReport, ...]
    estimate: Estimate | None
    earliest_end: int
    changes_in: int | None

    def in_full(self, summary: LedgerSummary) -> IngestionReport:
        """Return the report with the sums of its slots, which may be a little older."""
        return IngestionReport(
            self.progress, summary, self.slips, self.estimate, self.earliest_end, self.changes_in
        )


class DetailsReports:
    """Reads an ingestion in two parts. Any thread; blocks on the store only. Raises StoreError.

    What may change with every slot costs little, and is of one moment. What was done costs more with every call
    that was made, so it is read apart: nothing waits for it.
    """

    def __init__(self, records: Records, intake: Intake) -> None:
        self._records = records
        self._intake = intake

    def read(self, ingestion_id: UUID, most: int) -> DetailsReport:
        """Return an ingestion with at most `most` batches of each kind. Raises IngestionNotFound."""
        record, snapshot = self._intake.at_one_moment(lambda: self._records.details(ingestion_id, most))
        found = found_or_raise(record, ingestion_id)
        expected = estimate_of(found.progress, snapshot)
        return DetailsReport(
            taken_at=snapshot.taken_at,
            progress=found.progress,
            slips=found.slips,
            batches=tuple(batch for run in found.batches for batch in batch_reports(run, expected)),
            estimate=expected,
            earliest_end=earliest_end(found.progress, expected, snapshot),
            changes_in=changes_in(found.progress, snapshot.opens_in),
        )

    def history(self, progress: Progress, query: FailureQuery) -> HistoryRecord:
        """Return what was done for an ingestion."""
        return self._records.history(progress.sequence, query)
