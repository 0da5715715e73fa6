"""An ingestion as a screen shows it: the whole in numbers, and only the batches around those that run."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cli.client import Client
from cli.errors import NotFoundError
from cli.ingestion import Ingestion, IngestionStatus, Status
from cli.page import TimedBatch

REACH = 100


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What the service said of the whole, and up to REACH batches on either side of the next one.

    An older service knows no times and lists every batch: then all of them are here.
    """

    whole: Ingestion | IngestionStatus
    batches: tuple[TimedBatch, ...]

    @property
    def status(self) -> Status:
        """How far the ingestion has come."""
        return self.whole.status

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


def look(client: Client, ingestion_id: str, known: Excerpt | None = None) -> Excerpt:
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
    return Excerpt(ingestion, client.batches(ingestion_id, 2 * REACH, _after(ingestion)).batches)


def _after(ingestion: Ingestion) -> int:
    released = ingestion.total - ingestion.batches[Status.YET_TO_START]
    return max(min(released - REACH, ingestion.total - 2 * REACH), 0) - 1


def untimed(status: IngestionStatus) -> Excerpt:
    """Return the excerpt of what an older service answers: all of it, without times."""
    return Excerpt(status, tuple(_numbered(status)))


def _numbered(status: IngestionStatus) -> Iterator[TimedBatch]:
    for number, batch in enumerate(status.batches):
        yield TimedBatch(batch.batch_id, number, batch.ids, batch.status)
