"""Reports about the limits of the rate: what is used of them, and which one holds the next slot up."""

from collections.abc import Iterator

from ingest_service.reports.models import LimitReport, QuotaWait
from ingest_service.schedule.snapshot import ScheduleSnapshot


def limit_reports(snapshot: ScheduleSnapshot) -> Iterator[LimitReport]:
    """Yield the report of every limit, the shortest window first."""
    for use in snapshot.usage.uses(snapshot.now):
        frees_at = None if use.frees is None else use.frees + snapshot.wall_offset
        yield LimitReport(use.limit.ids, use.limit.window, use.used, frees_at)


def quota_wait(snapshot: ScheduleSnapshot) -> QuotaWait | None:
    """Return the quota that the next slot waits for.

    None where nothing waits, or where the interval or a pause of the upstream lasts as long.
    """
    slot = next(snapshot.slots(), None) if snapshot.rate.quotas else None
    if slot is None:
        return None
    ids = sum(len(batch.positions) for batch in slot.batches)
    paced = max(snapshot.now, snapshot.usage.last.started + snapshot.rate.interval, snapshot.paused_until)
    held = snapshot.usage.holds_until(ids, paced)
    if held is None:
        return None
    quota, until = held
    return QuotaWait(quota.ids, quota.window, until + snapshot.wall_offset)
