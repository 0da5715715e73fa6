"""What would become of a submission, as text; `now` brings the time zone of the reader."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ingestctl.render.rows import Rows
from ingestctl.render.times import ahead, span
from ingestctl.told.trial import Delay, Trial


def verdict(trial: Trial, deadline: datetime | None, now: datetime) -> Iterator[str]:
    """Yield when it would run, what it would take, and how many others it would delay."""
    if trial.starts_at and trial.completes_at:
        yield f"would start at {ahead(trial.starts_at, now)}"
        yield f"would be done at {ahead(trial.completes_at, now)}"
    else:
        yield "paused by an operator: nobody knows when it would run"
    if deadline and trial.completes_at:
        yield f"would {'meet' if trial.completes_at <= deadline else 'miss'} the deadline, {ahead(deadline, now)}"
    yield f"would take {_count(trial.slots, 'slot')}, after {_count(trial.position, 'other')}"
    yield f"would delay {_count(trial.delayed, 'ingestion') if trial.delayed else 'nobody'}"


def delays(trial: Trial, now: datetime) -> Rows:
    """Return those that would be delayed the most."""
    headings = ("Ingestion", "Priority", "Done at", "Instead of", "Later by")
    return Rows(headings, [_delay(delay, now) for delay in trial.delays])


def _delay(delay: Delay, now: datetime) -> tuple[str, ...]:
    return (
        delay.ingestion_id,
        delay.priority,
        ahead(delay.would_complete_at, now),
        ahead(delay.completes_at, now),
        span(timedelta(seconds=delay.seconds)),
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
