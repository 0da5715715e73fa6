"""The values that the page of an ingestion shows. Times are nanoseconds of the wall clock."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from ingest_service.domain import ledger
from ingest_service.domain.failures import Cause, FailureQuery
from ingest_service.domain.model import Ingestion, Status
from ingest_service.domain.progress import Progress
from ingest_service.ports.records import HistoryRecord
from ingest_service.reports.details import DetailsReport
from ingest_service.reports.models import BatchReport
from ingest_service.schedule.estimate import Estimate
from ingest_service.web.board.ingestion.strip import Strip, cell_batches

# Of each kind: the last that ended, those under way, the next.
NEAR_BATCHES = 4
# More are not counted by cause and place, so that a page of a million failures costs no more than that.
COUNTED_FAILURES = 10_000
_CAUSES, _EXAMPLES = 20, 3
_UUID = re.compile("([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


@dataclass(frozen=True, slots=True)
class Words:
    """Part of a sentence; with an ingestion where it is the id of one."""

    text: str
    ingestion_id: UUID | None


@dataclass(frozen=True, slots=True)
class Slip:
    """A delay of the expected end, noticed `at`: in slots (0: by a time that is no number of slots), and why."""

    at: int
    slots: int
    nanoseconds: int
    cause: tuple[Words, ...]

    @classmethod
    def of(cls, slip: ledger.Slip) -> Self:
        """Return a slip, with the ingestions in its cause."""
        return cls(slip.at, slip.slots, slip.nanoseconds, tuple(_words(slip.cause)))


@dataclass(frozen=True, slots=True)
class Times:
    """Times of an ingestion: facts once they have come, else expected; None where they are not known."""

    created_at: int
    starts_at: int | None
    started: bool
    ends_at: int | None
    holds: bool | None

    @property
    def took(self) -> int | None:
        """Nanoseconds from the start to the end."""
        return None if self.starts_at is None or self.ends_at is None else self.ends_at - self.starts_at


@dataclass(frozen=True, slots=True)
class Work:
    """The calls that were made, those that called an id again, the slots they took; failed ids, and why."""

    calls: int
    again: int
    slots: int
    failed: int
    causes: tuple[Cause, ...]

    @property
    def counted(self) -> int:
        """Number of the failed ids, the last ones, that are counted by cause."""
        return min(self.failed, COUNTED_FAILURES)

    @property
    def other(self) -> int:
        """Number of the counted ids whose cause is not among those shown."""
        return max(0, self.counted - sum(cause.ids for cause in self.causes))


@dataclass(frozen=True, slots=True)
class IngestionView:
    """The content of the page of an ingestion."""

    ingestion: Ingestion
    status: Status
    ended: bool
    counts: Mapping[Status, int]
    times: Times
    wait: Estimate | None
    work: Work
    strip: Strip
    batches: tuple[BatchReport, ...]
    slips: tuple[Slip, ...]

    @classmethod
    def of(cls, report: DetailsReport, history: HistoryRecord) -> Self:
        """Return the content of a report."""
        progress, summary = report.progress, history.summary
        full = report.in_full(summary)
        started = summary.started_at is not None
        times = Times(progress.created_at, full.starts_at, started, full.completes_at, full.deadline_holds)
        failures = history.failures
        return cls(
            ingestion=progress.ingestion,
            status=progress.status,
            ended=progress.ended,
            counts=_counts(progress),
            times=times,
            wait=report.estimate,
            work=Work(history.calls, history.again, summary.slots_used, summary.failed, failures.causes),
            strip=Strip.of(progress, failures.cells),
            batches=report.batches,
            slips=tuple(Slip.of(slip) for slip in report.slips),
        )

    @property
    def begin(self) -> str:
        """Begin of its id."""
        return str(self.ingestion.id)[:8]

    @property
    def percent(self) -> int:
        """Batches that are completed, in percent."""
        return 100 * self.counts[Status.COMPLETED] // self.ingestion.batch_count


def failure_query(ingestion: Ingestion) -> FailureQuery:
    """Return the part of the failures of an ingestion that its page shows."""
    return FailureQuery(COUNTED_FAILURES, _CAUSES, _EXAMPLES, cell_batches(ingestion) * ingestion.batch_size)


def _counts(progress: Progress) -> dict[Status, int]:
    """Return the number of batches of each status, as the strip has them; cancelled ones only if there may be."""
    counts = progress.counts()
    waiting = Status.CANCELLED if progress.cancelled else Status.YET_TO_START
    return {one: counts[one] for one in (Status.COMPLETED, Status.TRIGGERED, waiting)}


def _words(sentence: str) -> Iterator[Words]:
    for place, text in enumerate(_UUID.split(sentence)):
        if text:
            yield Words(text, UUID(text) if place % 2 else None)
