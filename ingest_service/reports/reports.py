"""Reports read from the records and the engine, each of one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from ingest_service.domain.ledger import Outcome
from ingest_service.domain.model import LAST_SEQUENCE, Priority, Status, batch_id
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.errors import IngestionNotFound
from ingest_service.ports.engine import Intake
from ingest_service.ports.records import BatchesRecord, ListFilter, Records
from ingest_service.reports.models import (
    BatchesReport,
    BatchReport,
    DispatcherReport,
    ExpectedReport,
    IngestionReport,
    IngestionsReport,
    ListedIngestion,
    ResultsReport,
    SlotsReport,
    StatusReport,
    UpcomingSlot,
)
from ingest_service.reports.upcoming import are_refused, dispatcher_report, upcoming_slots
from ingest_service.schedule.estimate import Estimate, estimate, expected_ends
from ingest_service.schedule.snapshot import ScheduleSnapshot

T = TypeVar("T")
# Of the results on one page; its last one may go beyond that.
PAGE_CHARACTERS = 1_048_576
# Reading these with the status takes less time than asking for them afterwards.
FEW_IDS = 3_000


class Reports:
    """Reads what was, what is and what will be. Any thread; blocks on the store only. Raises StoreError.

    Each report is of one moment: what is recorded comes from one read transaction, and what will be from the
    snapshot of the same moment.
    """

    def __init__(self, records: Records, intake: Intake) -> None:
        self._records = records
        self._intake = intake

    def progress(self, ingestion_id: UUID) -> Progress:
        """Return the progress of an ingestion. Raises IngestionNotFound."""
        return found_or_raise(self._records.progress(ingestion_id), ingestion_id)

    def status(self, ingestion_id: UUID) -> StatusReport:
        """Return the progress of an ingestion, and its ids where they are few. Raises IngestionNotFound."""
        record = found_or_raise(self._records.status(ingestion_id, FEW_IDS), ingestion_id)
        progress = record.progress
        return StatusReport(progress, changes_in(progress, self._intake.opens_in()), record.ids)

    def ids(self, progress: Progress) -> PackedIds:
        """Return the ids of an ingestion, which never change. Raises IngestionNotFound if it was removed."""
        ids = self._records.ids(progress.sequence)
        if len(ids) == 0:
            raise IngestionNotFound(progress.ingestion.id)
        return ids

    def ingestion(self, ingestion_id: UUID) -> IngestionReport:
        """Return an ingestion in full, without its batches. Raises IngestionNotFound."""
        found, snapshot = self._intake.at_one_moment(lambda: self._records.ingestion(ingestion_id))
        record = found_or_raise(found, ingestion_id)
        expected = estimate_of(record.progress, snapshot)
        return IngestionReport(
            progress=record.progress,
            summary=record.summary,
            slips=record.slips,
            estimate=expected,
            earliest_end=earliest_end(record.progress, expected, snapshot),
            changes_in=changes_in(record.progress, snapshot.opens_in),
        )

    def batches(self, ingestion_id: UUID, after: int, limit: int) -> BatchesReport:
        """Return at most `limit` batches with numbers above `after`. Raises IngestionNotFound."""
        found, snapshot = self._intake.at_one_moment(lambda: self._records.batches(ingestion_id, after, limit))
        record = found_or_raise(found, ingestion_id)
        progress, numbers = record.progress, record.numbers
        expected = estimate_of(progress, snapshot)
        return BatchesReport(
            progress.ingestion.id,
            batch_reports(record, expected),
            next_after=numbers[-1] if numbers and numbers.stop < progress.ingestion.batch_count else None,
            changes_in=changes_in(progress, snapshot.opens_in),
        )

    def ingestions(self, wanted: ListFilter) -> IngestionsReport:
        """Return a page of the ingestions that fit a filter, the newest first."""
        found = self._records.listed(replace(wanted, limit=wanted.limit + 1))
        backwards, more = wanted.above is not None, len(found) > wanted.limit
        part = found[-wanted.limit :] if backwards else found[: wanted.limit]
        page = tuple(ListedIngestion(progress, failed) for progress, failed in part)
        # The client comes from the page on the other side.
        is_last, is_first = (False, not more) if backwards else (not more, wanted.before == LAST_SEQUENCE)
        return IngestionsReport(
            page,
            next_before=page[-1].progress.sequence if page and not is_last else None,
            previous_above=page[0].progress.sequence if page and not is_first else None,
        )

    def expected(self, wanted: ListFilter) -> ExpectedReport:
        """Return a page of the ingestions that fit a filter, the newest first, with their expected ends."""
        # Not at one moment: to look for what fits may take a while, and nothing may be held up for as long.
        page, snapshot = self.ingestions(wanted), self._intake.snapshot()
        going_on = [listed.progress for listed in page.ingestions if not listed.progress.ended]
        places = [(progress.ingestion.priority, progress.sequence) for progress in going_on]
        return ExpectedReport(page, expected_ends(snapshot, places), snapshot.taken_at)

    def results(self, ingestion_id: UUID, after: int, limit: int) -> ResultsReport:
        """Return at most `limit` outcomes of ids at positions above `after`. Raises IngestionNotFound.

        There are fewer where their results have more than PAGE_CHARACTERS.
        """
        found = found_or_raise(
            self._records.outcomes(ingestion_id, after, limit + 1, PAGE_CHARACTERS), ingestion_id
        )
        page = found[:limit]
        more = len(found) > limit or (_is_cut(page) and bool(self._records.outcomes(ingestion_id, page[-1][0], 1)))
        next_after = page[-1][0] if more else None
        return ResultsReport(ingestion_id, tuple(outcome for _, outcome in page), next_after)

    def slots(self, before: int, limit: int) -> SlotsReport:
        """Return the last `limit` slots with a number below `before`, the latest first."""
        page = self._records.slots(before, limit)
        more = len(page) == limit and page[-1].number > 1
        return SlotsReport(tuple(page), next_before=page[-1].number if more else None)

    def schedule(self, count: int) -> list[UpcomingSlot]:
        """Return at most `count` of the slots to come."""
        return upcoming_slots(self._records, self._intake.snapshot(), count)

    def dispatcher(self) -> DispatcherReport:
        """Return the state of the dispatcher and of the backlog."""
        return dispatcher_report(self._records, self._intake.snapshot())

    def credentials_refused(self) -> bool:
        """Return whether ids wait and the upstream refuses the credentials. Raises StoreError."""
        return are_refused(self._intake.snapshot())

    def batch_counts(self) -> Mapping[tuple[Priority, Status], int]:
        """Return the number of batches of each priority and status, where there are any."""
        return self._records.batch_counts()


def _is_cut(outcomes: Sequence[tuple[int, Outcome]]) -> bool:
    return sum(len(outcome.result or "") for _, outcome in outcomes) >= PAGE_CHARACTERS


def found_or_raise(found: T | None, ingestion_id: UUID) -> T:
    """Return what was found. Raises IngestionNotFound."""
    if found is None:
        raise IngestionNotFound(ingestion_id)
    return found


def changes_in(progress: Progress, opens_in: int) -> int | None:
    """Return the nanoseconds for which an ingestion cannot change; None for one that never will again.

    A batch that is being called may end at any moment; one that waits starts with a slot.
    """
    if progress.ended:
        return None
    return 0 if progress.open else opens_in


def estimate_of(progress: Progress, snapshot: ScheduleSnapshot) -> Estimate | None:
    """Return the estimate of what waits of an ingestion, None if nothing does."""
    if progress.ended:
        return None
    return estimate(snapshot, progress.ingestion.priority, progress.sequence)


def earliest_end(progress: Progress, expected: Estimate | None, snapshot: ScheduleSnapshot) -> int:
    """Return the earliest end of what waits if an operator who has paused the dispatcher resumed now."""
    if expected is not None and snapshot.paused_at is not None:
        expected = estimate_of(progress, snapshot.resumed())
    if expected is None or expected.ends_at is None:
        return snapshot.taken_at
    return expected.ends_at


def batch_reports(record: BatchesRecord, expected: Estimate | None) -> tuple[BatchReport, ...]:
    """Return the report of each batch of a record, with the expected start of those that wait."""
    return tuple(_batch(record, number, expected) for number in record.numbers)


def _batch(record: BatchesRecord, number: int, expected: Estimate | None) -> BatchReport:
    ingestion, history = record.progress.ingestion, record.histories.get(number)
    status, size = record.progress.status_of(number), ingestion.batch_size
    first = (number - record.numbers.start) * size
    ahead = expected.starts_at(number) if expected else None
    return BatchReport(
        id=batch_id(ingestion.id, number),
        number=number,
        ids=record.ids.span(first, first + size),
        status=status,
        attempts=history.attempts if history else 0,
        started_at=history.started_at if history else ahead,
        finished_at=history.ended_at if history and status is Status.COMPLETED else None,
    )
