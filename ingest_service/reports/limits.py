"""Reports of the limits of the rate: what is used of them."""

from collections.abc import Iterator

from ingest_service.reports.models import LimitReport
from ingest_service.schedule.snapshot import ScheduleSnapshot


def limit_reports(snapshot: ScheduleSnapshot) -> Iterator[LimitReport]:
    """Yield the report of every limit, the shortest window first."""
    for use in snapshot.usage.uses(snapshot.now):
        frees_at = None if use.frees is None else use.frees + snapshot.wall_offset
        yield LimitReport(use.limit.ids, use.limit.window, use.used, frees_at)
