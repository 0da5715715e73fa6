"""Times as people and programs read them."""

from datetime import UTC, datetime

from ingest_service.clock import NANOSECONDS


def rfc3339(wall: int | None) -> str | None:
    """Return a time of the wall clock (nanoseconds) in UTC with milliseconds; None stays None."""
    if wall is None:
        return None
    moment = datetime.fromtimestamp(wall // NANOSECONDS, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{wall % NANOSECONDS // 1_000_000:03d}Z"
