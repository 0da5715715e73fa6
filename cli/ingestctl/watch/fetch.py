"""Looking at an ingestion: at the whole, and at those of its batches that one chooses."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import takewhile

from ingestctl.client import Client
from ingestctl.errors import NotFoundError
from ingestctl.models import LARGEST_PAGE, Ingestion, IngestionStatus, Status, TimedBatch
from ingestctl.render.view import RELEASED, IngestionView, untimed

REACH = 100

Choose = Callable[[Client, Ingestion, IngestionView | None], Iterable[TimedBatch]]


def around(client: Client, whole: Ingestion, _: IngestionView | None) -> Iterable[TimedBatch]:
    """Fetch up to REACH batches on either side of the next one: more than a screen shows."""
    released = whole.total - whole.batches.yet_to_start - whole.batches.cancelled
    first = max(min(released - REACH, whole.total - 2 * REACH), 0)
    return client.batches(whole.ingestion_id, 2 * REACH, first - 1).batches


def none(*_: object) -> Iterable[TimedBatch]:
    """Fetch nothing: the whole says enough."""
    return ()


def released(client: Client, whole: Ingestion, known: IngestionView | None) -> Iterable[TimedBatch]:
    """Fetch every batch that was released, but of what is `known` only those that may have changed.

    Batches are released in the order of their numbers. The last one that is known always comes again.
    """
    numbers = [batch.number for batch in known.batches] if known else []
    unfinished = [batch.number for batch in known.batches if batch.status is Status.TRIGGERED] if known else []
    first = min(unfinished or numbers[-1:] or [0])
    return takewhile(lambda batch: batch.status in RELEASED, _from(client, whole.ingestion_id, first))


def fetch(
    client: Client, ingestion_id: str, choose: Choose = around, known: IngestionView | None = None
) -> IngestionView:
    """Ask where an ingestion stands and when it runs; batches are fetched only if that is not what is `known`.

    Blocks and raises as the client does.
    """
    before = known.whole if known else None
    if isinstance(before, IngestionStatus):
        return untimed(client.status(ingestion_id, before))
    try:
        ingestion = client.ingestion(ingestion_id, before)
    except NotFoundError:  # an older service may know the ingestion all the same
        return untimed(client.status(ingestion_id))
    if known and before and ingestion.etag and ingestion.etag == before.etag:
        return replace(known, whole=ingestion)
    return IngestionView(ingestion, tuple(choose(client, ingestion, known)))


def _from(client: Client, ingestion_id: str, first: int) -> Iterator[TimedBatch]:
    after: int | None = first - 1
    while after is not None:
        page = client.batches(ingestion_id, LARGEST_PAGE, after)
        yield from page.batches
        after = page.next_after
