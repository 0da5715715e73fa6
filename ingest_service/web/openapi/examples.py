"""The ids in examples (two ingestions, two batches of the first and one of the other), and times."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from ingest_service.domain.model import batch_id

ONE = UUID("6f1c0a52-9d3e-4c1b-8a77-5f0e21d4b3a9")
OTHER = UUID("b7d92e14-5a60-4f8e-9c35-7e1d48a06f2c")
FIRST, SECOND, THIRD = batch_id(ONE, 0), batch_id(ONE, 1), batch_id(OTHER, 0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def wall(time: str) -> int:
    """Return a time (RFC 3339, in milliseconds) in nanoseconds of the wall clock."""
    return (datetime.fromisoformat(time) - _EPOCH) // timedelta(milliseconds=1) * 1_000_000
