"""Reasons why an ingestion does not run earlier, and the events that moved its end."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ingestctl.models import Ingestion, Slip
from ingestctl.render.eta import eta, warnings
from ingestctl.render.rows import Rows
from ingestctl.render.times import ahead, behind, span
from ingestctl.render.wording import words


def reasons(ingestion: Ingestion, now: datetime) -> Iterator[str]:
    """Yield, as sentences, all but the slips."""
    yield f"{ingestion.ingestion_id}: {words(ingestion.status)}, {ingestion.priority}"
    yield from eta(ingestion, now)
    yield from warnings(ingestion, now)
    if ingestion.deadline and ingestion.deadline.holds:
        yield f"the deadline, {ahead(ingestion.deadline.at, now)}, holds"


def slip_rows(slips: Sequence[Slip], now: datetime) -> Rows:
    """Return the events that moved the end, the latest first."""
    return Rows(("Put off", "Slots", "By", "Because"), [_cells(slip, now) for slip in slips])


def _cells(slip: Slip, now: datetime) -> tuple[str, ...]:
    moved = span(timedelta(seconds=slip.seconds))
    return behind(slip.at, now), f"{slip.slots:,}", moved, slip.cause or slip.text
