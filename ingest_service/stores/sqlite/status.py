"""The status of an ingestion in one statement, which is a read transaction of its own."""

from collections.abc import Sequence
from typing import Any

from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.ports.records import StatusRecord
from ingest_service.stores.sql.progress import JOINED, RELEASED
from ingest_service.stores.sql.rows import ID_COUNT, INGESTION, read_ingestion

_OPEN = "SELECT group_concat(number) FROM open_batches WHERE open_batches.sequence = ingestions.sequence"
# With the most ids that are read, and an id.
STATUS = (
    f"SELECT sequence, {RELEASED}, cancelled_at IS NOT NULL, ({_OPEN}), "
    f"CASE WHEN {ID_COUNT} <= ? THEN ids END, created_at, {INGESTION} FROM ingestions {JOINED} WHERE id = ?"
)


def status_record(row: Sequence[Any]) -> StatusRecord:
    """Make a status of a row of STATUS."""
    sequence, released, cancelled, numbers, ids, created_at, *ingestion = row
    is_open = frozenset(map(int, numbers.split(","))) if numbers else frozenset[int]()
    progress = Progress(sequence, read_ingestion(ingestion), created_at, released, is_open, bool(cancelled))
    return StatusRecord(progress, None if ids is None else PackedIds(ids))
