"""One ingestion with a selection of its batches, fetched from the service."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import takewhile

from ingestctl.client import Client
from ingestctl.errors import NotFoundError
from ingestctl.models import Ingestion, IngestionStatus, Status, TimedBatch
from ingestctl.render.view import RELEASED, IngestionView, untimed

REACH = 100

Select = Callable[[Client, Ingestion, IngestionView | None], Iterable[TimedBatch]]


def around(client: Client, whole: Ingestion, _: IngestionView | None) -> Iterable[TimedBatch]:
    """Select up to REACH batches on either side of the next one: more than a screen shows."""
    released = whole.total - whole.batches.yet_to_start - whole.batches.cancelled
    first = max(min(released - REACH, whole.total - 2 * REACH), 0)
    return client.batches(whole.ingestion_id, 2 * REACH, first - 1).batches


def none(*_: object) -> Iterable[TimedBatch]:
    """Select no batches: the numbers are enough."""
    return ()


def released(client: Client, whole: Ingestion, known: IngestionView | None) -> Iterable[TimedBatch]:
    """Select every released batch, but of those that are `known` only the ones that may have changed.

    Batches are released in the order of their numbers. The last one that is known is always fetched again.
    """
    numbers = [batch.number for batch in known.batches] if known else []
    unfinished = [batch.number for batch in known.batches if batch.status is Status.TRIGGERED] if known else []
    first = min(unfinished or numbers[-1:] or [0])
    batches = client.all_batches(whole.ingestion_id, after=first - 1)
    return takewhile(lambda batch: batch.status in RELEASED, batches)


def fetch(
    client: Client, ingestion_id: str, select: Select = around, known: IngestionView | None = None
) -> IngestionView:
    """Return an ingestion with the batches that `select` chooses; without a change they are not fetched again.

    Blocks and raises as the client does.
    """
    before = known.whole if known else None
    if isinstance(before, IngestionStatus):
        return untimed(client.status(ingestion_id, before))
    try:
        ingestion = client.ingestion(ingestion_id, before)
    except NotFoundError:  # an older service may have its status
        return untimed(client.status(ingestion_id))
    if known and before and ingestion.etag and ingestion.etag == before.etag:
        return replace(known, whole=ingestion)
    return IngestionView(ingestion, tuple(select(client, ingestion, known)))
