"""Times as people and programs read them."""

from datetime import UTC, datetime
from typing import overload

from ingest_service.clock import NANOSECONDS


@overload
def rfc3339(wall: int) -> str: ...
@overload
def rfc3339(wall: None) -> None: ...
@overload
def rfc3339(wall: int | None) -> str | None: ...
def rfc3339(wall: int | None) -> str | None:
    """Return a time of the wall clock (nanoseconds) in UTC with milliseconds; None stays None."""
    if wall is None:
        return None
    moment = datetime.fromtimestamp(wall // NANOSECONDS, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{wall % NANOSECONDS // 1_000_000:03d}Z"


def retry_after(nanoseconds: int) -> str:
    """Return a duration for the header `Retry-After`: in whole seconds, rounded up, at least one."""
    return str(max(1, -(-nanoseconds // NANOSECONDS)))
