"""Dry run of a submission as text."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ingestctl.models import Delay, DryRun
from ingestctl.render.rows import Rows
from ingestctl.render.times import ahead, span
from ingestctl.render.wording import counted


def estimate(dry_run: DryRun, deadline: datetime | None, now: datetime) -> Iterator[str]:
    """Yield the times of the submission, its slots, and the number of others that it would delay."""
    if dry_run.starts_at and dry_run.completes_at:
        yield f"would start at {ahead(dry_run.starts_at, now)}"
        yield f"would be done at {ahead(dry_run.completes_at, now)}"
    else:
        yield "paused by an operator: it is not known when it would run"
    if deadline and dry_run.completes_at:
        verb = "meet" if dry_run.completes_at <= deadline else "miss"
        yield f"would {verb} the deadline, {ahead(deadline, now)}"
    yield f"would take {counted(dry_run.slots, 'slot')}, after {counted(dry_run.position, 'other')}"
    yield f"would delay {counted(dry_run.delayed, 'ingestion') if dry_run.delayed else 'no other ingestion'}"


def delays(dry_run: DryRun, now: datetime) -> Rows:
    """Return the ingestions that would be delayed the most."""
    headings = ("Ingestion", "Priority", "Done at", "Instead of", "Later by")
    return Rows(headings, [_cells(delay, now) for delay in dry_run.delays])


def _cells(delay: Delay, now: datetime) -> tuple[str, ...]:
    return (
        delay.ingestion_id,
        delay.priority,
        ahead(delay.would_complete_at, now),
        ahead(delay.completes_at, now),
        span(timedelta(seconds=delay.seconds or 0)),
    )
