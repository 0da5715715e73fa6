"""Ingestions as they were read last: all that look at the same one share one reading."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.domain.progress import Progress
from ingest_service.ports.records import HistoryRecord
from ingest_service.service import Service
from ingest_service.web.board.ingestion.view import NEAR_BATCHES, IngestionView, failure_query
from ingest_service.web.board.shared import Dated, shared_for
from ingest_service.web.http.conditional import entity_tag

# Ingestions whose last reading is kept.
MOST_KEPT = 64
_FRESH = NANOSECONDS // 5
# The sums over a million calls take seconds to read, and are not missed for half a minute.
_LONGEST_OF_SUMS = 30 * NANOSECONDS


@dataclass(frozen=True, slots=True)
class History:
    """All that was done for an ingestion when it was as far as `progress`; it is shown until a time."""

    record: HistoryRecord
    progress: Progress
    until: int


@dataclass(frozen=True, slots=True)
class Reading(Dated):
    """An ingestion."""

    view: IngestionView
    history: History
    until: int


@dataclass(frozen=True, slots=True)
class Part:
    """The part of the page that changes, as HTML for one mount point, and its tag."""

    view: IngestionView
    root: str
    html: str
    tag: str


class Readings:
    """The last readings of the ingestions that are looked at. Any thread."""

    def __init__(self, service: Service, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._lock = Lock()
        self._watched: OrderedDict[UUID, Watched] = OrderedDict()

    def of(self, ingestion_id: UUID) -> "Watched":
        """Return the readings of an ingestion, which may be unknown. Does not block."""
        with self._lock:
            watched = self._watched.pop(ingestion_id, None) or Watched(self._service, self._clock, ingestion_id)
            self._watched[ingestion_id] = watched
            if len(self._watched) > MOST_KEPT:
                self._watched.popitem(last=False)
        return watched


class Watched:
    """Reads one ingestion. Any thread; blocks on the store only. Raises IngestionNotFound and StoreError.

    While one thread reads, others get the last reading at once.
    """

    def __init__(self, service: Service, clock: Clock, ingestion_id: UUID) -> None:
        self._service = service
        self._clock = clock
        self._id = ingestion_id
        self._lock = Lock()
        self._reading: Reading | None = None
        self._part: Part | None = None

    def reading(self) -> Reading:
        """Return the last reading, or a new one if that is old."""
        last = self._reading
        if last is not None and (self._clock.now() < last.until or self._lock.locked()):
            return last
        with self._lock:
            if self._reading is None or self._reading is last:
                self._reading = self._read(last)
            return self._reading

    def part(self, root: str, render: Callable[[IngestionView], str]) -> tuple[Reading, Part]:
        """Return a reading and its part for a mount point, which is rendered only if it is another one."""
        reading, last = self.reading(), self._part
        if last is None or last.root != root or last.view != reading.view:
            html = render(reading.view)
            self._part = last = Part(reading.view, root, html, entity_tag(html))
        return reading, last

    def _read(self, last: Reading | None) -> Reading:
        began = self._clock.now()
        report = self._service.details.read(self._id, NEAR_BATCHES)
        at = self._clock.now()
        history = self._history(last, report.progress)
        until = self._clock.now() + shared_for(at - began, _FRESH)
        return Reading(at, report.taken_at, IngestionView.of(report, history.record), history, until)

    def _history(self, last: Reading | None, progress: Progress) -> History:
        """Return what was done: the last one while it is not old, and for ever once the end was read."""
        began = self._clock.now()
        if last is not None:
            is_final = progress.ended and last.history.progress == progress
            if is_final or (not progress.ended and began < last.history.until):
                return last.history
        record = self._service.details.history(progress, failure_query(progress.ingestion))
        now = self._clock.now()
        return History(record, progress, now + shared_for(now - began, _FRESH, _LONGEST_OF_SUMS))
