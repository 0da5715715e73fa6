"""When an ingestion runs, why not earlier, and what has put it off; `now` brings the time zone of the reader."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ingestctl.models import Ingestion, Slip
from ingestctl.render.eta import eta, warnings
from ingestctl.render.rows import Rows
from ingestctl.render.times import ahead, behind, span


def reasons(ingestion: Ingestion, now: datetime) -> Iterator[str]:
    """Yield, as sentences, all but the slips."""
    yield f"{ingestion.ingestion_id}: {ingestion.status.replace('_', ' ')}, {ingestion.priority}"
    yield from eta(ingestion, now)
    yield from warnings(ingestion, now)
    if ingestion.deadline and ingestion.deadline.holds:
        yield f"the deadline, {ahead(ingestion.deadline.at, now)}, holds"


def slip_rows(slips: Sequence[Slip], now: datetime) -> Rows:
    """Return what put it off, the latest first."""
    return Rows(("Put off", "Slots", "By", "Because"), [_slip(slip, now) for slip in slips])


def _slip(slip: Slip, now: datetime) -> tuple[str, ...]:
    because = slip.text.partition(": ")[2] or slip.text
    return behind(slip.at, now), f"{slip.slots:,}", span(timedelta(seconds=slip.seconds)), because
