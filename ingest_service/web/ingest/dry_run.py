"""The body of `POST /ingest?dry_run=true`."""

from heapq import nlargest
from operator import attrgetter
from typing import Any

from ingest_service.clock import NANOSECONDS
from ingest_service.schedule.dry_run import Delay, DryRun
from ingest_service.web.http.times import rfc3339

# The ingestions that would be delayed the most; all of them are counted.
MOST_DELAYS = 20


def dry_run_body(trial: DryRun) -> dict[str, Any]:
    """Return what would become of a submission."""
    return {
        "dry_run": True,
        "starts_at": rfc3339(trial.starts_at),
        "completes_at": rfc3339(trial.ends_at),
        "slots": trial.slots,
        "position": trial.position,
        "delayed": len(trial.delays),
        "delays": [_delay(delay) for delay in nlargest(MOST_DELAYS, trial.delays, key=attrgetter("by"))],
    }


def _delay(delay: Delay) -> dict[str, Any]:
    return {
        "ingestion_id": str(delay.ingestion.id),
        "priority": delay.ingestion.priority.name,
        "completes_at": rfc3339(delay.ends_at),
        "would_complete_at": rfc3339(delay.later_at),
        "seconds": delay.by / NANOSECONDS,
    }
