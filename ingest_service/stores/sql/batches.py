"""Batches of an ingestion, read with their ids and histories."""

from collections.abc import Iterator, Sequence

from ingest_service.domain.progress import Progress
from ingest_service.ports.records import BatchesRecord
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.ledger import read_batch_histories
from ingest_service.stores.sql.rows import read_span


def read_batches(connection: Connection, progress: Progress, numbers: range) -> BatchesRecord:
    """Read neighbouring batches of an ingestion."""
    size = progress.ingestion.batch_size
    ids = read_span(connection, progress.sequence, numbers.start * size, numbers.stop * size)
    return BatchesRecord(progress, numbers, ids, read_batch_histories(connection, progress, numbers))


def runs_of(numbers: Sequence[int]) -> Iterator[range]:
    """Yield the runs of neighbours among these numbers, which ascend."""
    begins = [number for number in numbers if number - 1 not in numbers]
    ends = [number + 1 for number in numbers if number + 1 not in numbers]
    return (range(begin, end) for begin, end in zip(begins, ends, strict=True))
