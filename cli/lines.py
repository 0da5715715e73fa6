"""An ingestion as lines of text, for pipes and logs; nothing is printed here."""

from collections.abc import Iterator
from itertools import chain, repeat

from cli.ingestion import Batch, Ingestion, IngestionStatus, Status
from cli.watch import Sight


def lines(status: IngestionStatus) -> Iterator[str]:
    """Yield a line for every batch, and the summary."""
    yield from (_line(number, batch) for number, batch in enumerate(status.batches, 1))
    yield summary(status)


def changes(before: Sight[IngestionStatus] | None, after: Sight[IngestionStatus]) -> Iterator[str]:
    """Yield a line for all that is new since `before`; at the very first, every batch was yet to start."""
    if after.away and not (before and before.away):
        yield f"reconnecting: {after.away}"
    known = before.seen.batches if before else ()
    past = chain((batch.status for batch in known), repeat(Status.YET_TO_START))
    for (number, batch), status in zip(enumerate(after.seen.batches, 1), past, strict=False):
        if batch.status is not status:
            yield _line(number, batch)


def summary(whole: IngestionStatus | Ingestion) -> str:
    """Return how far it has come, as one line."""
    return f"{whole.completed:,} of {whole.total:,} batches completed"


def _line(number: int, batch: Batch) -> str:
    return f"batch {number}  {list(batch.ids)}  {batch.status}"
