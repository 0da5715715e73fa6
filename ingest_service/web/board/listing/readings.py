"""Lists of ingestions as they were read last: all that look at the same one share one reading."""

from dataclasses import dataclass
from functools import lru_cache

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.ports.records import ListFilter
from ingest_service.service import Service
from ingest_service.web.board.listing.view import Listing
from ingest_service.web.board.shared import Dated, Shared

_FRESH = NANOSECONDS // 5
# Lists that are kept.
_MOST = 64


@dataclass(frozen=True, slots=True)
class Reading(Dated):
    """A list."""

    listing: Listing


class Readings:
    """Reads a list when it is asked for and its last reading is old. Any thread; blocks on the store only."""

    def __init__(self, service: Service, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._shared = lru_cache(_MOST)(self._share)

    def of(self, wanted: ListFilter) -> Reading:
        """Return the last reading of what fits a filter, or a new one if that is old. Raises StoreError."""
        return self._shared(wanted).get()

    def _share(self, wanted: ListFilter) -> Shared[Reading]:
        return Shared(lambda _: self._read(wanted), _FRESH, self._clock)

    def _read(self, wanted: ListFilter) -> Reading:
        report = self._service.reports.expected(wanted)
        listing = Listing.of(report, is_ready=not self._service.readiness_failures())
        return Reading(self._clock.now(), report.taken_at, listing)
