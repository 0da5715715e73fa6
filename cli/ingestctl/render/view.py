"""An ingestion as it is shown: the whole in numbers, and some of its batches."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingestctl.models import Ingestion, IngestionStatus, Status, TimedBatch

RELEASED = (Status.TRIGGERED, Status.COMPLETED)


@dataclass(frozen=True, slots=True)
class IngestionView:
    """An ingestion and some neighbouring batches.

    An older service has no times and lists every batch: then all of them are here.
    """

    whole: Ingestion | IngestionStatus
    batches: tuple[TimedBatch, ...]

    @property
    def ended(self) -> bool:
        """True if the ingestion never changes again."""
        return self.whole.status in (Status.COMPLETED, Status.CANCELLED)

    @property
    def retry_after(self) -> int | None:
        """Seconds that the service asks the client to wait, None if it did not say."""
        return self.whole.retry_after

    @property
    def counts(self) -> Mapping[Status, int]:
        """Number of all batches with each status."""
        if isinstance(self.whole, Ingestion):
            return self.whole.batches.by_status()
        return Counter(batch.status for batch in self.batches)


def untimed(status: IngestionStatus) -> IngestionView:
    """Return the view of an older service's answer: all batches, without times."""
    return IngestionView(status, tuple(_numbered(status)))


def _numbered(status: IngestionStatus) -> Iterator[TimedBatch]:
    for number, batch in enumerate(status.batches):
        raw = {"batch_id": batch.batch_id, "number": number, "ids": batch.ids, "status": batch.status}
        yield TimedBatch(batch.batch_id, number, batch.ids, batch.status, None, None, None, raw=raw)
