"""An ingestion as it is watched: the whole in numbers, and only those of its batches that matter."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile

from cli.client import Client
from cli.errors import NotFoundError
from cli.ingestion import Ingestion, IngestionStatus, Status
from cli.page import TimedBatch

RELEASED = (Status.TRIGGERED, Status.COMPLETED)
REACH = 100
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What the service said of the whole, and some neighbouring batches.

    An older service knows no times and lists every batch: then all of them are here.
    """

    whole: Ingestion | IngestionStatus
    batches: tuple[TimedBatch, ...]

    @property
    def ended(self) -> bool:
        """Whether the ingestion never changes again."""
        return self.whole.status in (Status.COMPLETED, Status.CANCELLED)

    @property
    def retry_after(self) -> int | None:
        """How many seconds the service asks to be left alone, None if it did not say."""
        return self.whole.retry_after

    @property
    def counts(self) -> Mapping[Status, int]:
        """How many batches of the whole have each status."""
        if isinstance(self.whole, Ingestion):
            return self.whole.batches
        return Counter(batch.status for batch in self.batches)


Choose = Callable[[Client, Ingestion, Excerpt | None], Iterable[TimedBatch]]


def around(client: Client, whole: Ingestion, _: Excerpt | None) -> Iterable[TimedBatch]:
    """Fetch up to REACH batches on either side of the next one: more than a screen shows."""
    released = whole.total - whole.batches[Status.YET_TO_START] - whole.batches[Status.CANCELLED]
    first = max(min(released - REACH, whole.total - 2 * REACH), 0)
    return client.batches(whole.ingestion_id, 2 * REACH, first - 1).batches


def none(*_: object) -> Iterable[TimedBatch]:
    """Fetch nothing: the whole says enough."""
    return ()


def released(client: Client, whole: Ingestion, known: Excerpt | None) -> Iterable[TimedBatch]:
    """Fetch every batch that was released, but of what is `known` only those that may have changed.

    Batches are released in the order of their numbers. The last one that is known always comes again.
    """
    numbers = [batch.number for batch in known.batches] if known else []
    unfinished = [batch.number for batch in known.batches if batch.status is Status.TRIGGERED] if known else []
    first = min(unfinished or numbers[-1:] or [0])
    return takewhile(lambda batch: batch.status in RELEASED, _from(client, whole.ingestion_id, first))


def look(client: Client, ingestion_id: str, choose: Choose = around, known: Excerpt | None = None) -> Excerpt:
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
    return Excerpt(ingestion, tuple(choose(client, ingestion, known)))


def untimed(status: IngestionStatus) -> Excerpt:
    """Return the excerpt of what an older service answers: all of it, without times."""
    return Excerpt(status, tuple(_numbered(status)))


def _from(client: Client, ingestion_id: str, first: int) -> Iterator[TimedBatch]:
    after: int | None = first - 1
    while after is not None:
        page = client.batches(ingestion_id, _PAGE, after)
        yield from page.batches
        after = page.next_after


def _numbered(status: IngestionStatus) -> Iterator[TimedBatch]:
    for number, batch in enumerate(status.batches):
        source = {"batch_id": batch.batch_id, "number": number, "ids": batch.ids, "status": batch.status}
        yield TimedBatch(batch.batch_id, number, batch.ids, batch.status, source=source)
