"""The values that the page of all ingestions shows. Times are nanoseconds of the wall clock."""

from dataclasses import dataclass
from typing import Literal, Self
from uuid import UUID

from ingest_service.domain.model import Priority, Status
from ingest_service.reports.models import ExpectedReport, ListedIngestion
from ingest_service.web.http.cursor import cursor_of


@dataclass(frozen=True, slots=True)
class Row:
    """An ingestion in one line.

    `done` counts the ids in completed batches, and `failed` those that have an error. `waits`: some of it is to be
    released, and ends at `end` (None while an operator's pause lasts).
    """

    ingestion_id: UUID
    priority: Priority
    status: Status
    ids: int
    done: int
    failed: int
    created_at: int
    deadline: int | None
    waits: bool
    end: int | None

    @classmethod
    def of(cls, listed: ListedIngestion, waits: bool, end: int | None) -> Self:
        """Return the row of an ingestion."""
        progress = listed.progress
        ingestion = progress.ingestion
        return cls(
            ingestion_id=ingestion.id,
            priority=ingestion.priority,
            status=progress.status,
            ids=ingestion.id_count,
            done=progress.done,
            failed=listed.failed,
            created_at=progress.created_at,
            deadline=ingestion.deadline,
            waits=waits,
            end=end,
        )

    @property
    def who(self) -> str:
        """Begin of its id."""
        return str(self.ingestion_id)[:8]

    @property
    def well(self) -> int:
        """Part of its ids that went well, in thousandths."""
        return 1000 * max(0, self.done - self.failed) // self.ids

    @property
    def ended(self) -> int:
        """Part of its ids that went well or failed, in thousandths."""
        return 1000 * max(self.done, self.failed) // self.ids


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of rows, and the cursors of its neighbours, None where there is none."""

    rows: tuple[Row, ...]
    older: str | None
    newer: str | None
    kind: Literal["good", "bad"]

    @classmethod
    def of(cls, report: ExpectedReport, is_ready: bool) -> Self:
        """Return the page of a report; the service is ready or not."""
        page, ends = report.page, report.ends
        numbered = [(listed, listed.progress.sequence) for listed in page.ingestions]
        return cls(
            rows=tuple(Row.of(listed, number in ends, ends.get(number)) for listed, number in numbered),
            older=None if page.next_before is None else cursor_of(page.next_before),
            newer=None if page.previous_above is None else cursor_of(page.previous_above),
            kind="good" if is_ready else "bad",
        )
