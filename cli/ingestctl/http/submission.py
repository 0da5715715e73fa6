"""What is sent when ids are submitted, and how many ids go into one ingestion."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from ingestctl.errors import RefusedError, TooLargeError, UsageError
from ingestctl.models import Accepted, Priority

MOST_IDS = 1_000_000
_AT_A_TIME = 10_000


def body(ids: Sequence[int], priority: Priority, deadline: datetime | None) -> bytes:
    """Return the JSON to send; it is put together piece by piece, so that a million ids stay small.

    A deadline without a time zone is one of the local time zone.
    """
    pieces = (ids[start : start + _AT_A_TIME] for start in range(0, len(ids), _AT_A_TIME))
    numbers = ",".join(json.dumps(list(piece))[1:-1] for piece in pieces)
    by = f', "deadline": "{deadline.astimezone().isoformat()}"' if deadline else ""
    return f'{{"ids": [{numbers}], "priority": "{priority}"{by}}}'.encode()


def valid_key(key: str | None) -> str:
    """Return the key, or a new one; raises UsageError if a header cannot carry it (RFC 9110 section 5.5)."""
    if key and not (key.isascii() and key.isprintable()):
        raise UsageError(f"{key!r} is no key: it may have printable ASCII characters only.")
    return key or str(uuid4())


def in_parts(ids: Sequence[int], key: str, submit: Callable[[Sequence[int], str], str]) -> Iterator[Accepted]:
    """Submit the ids in as many ingestions as it takes, one behind the other; yield each once it is accepted.

    `submit` gets each part and its key. How many ids go into one is learned from the service when it refuses a
    part for its size.
    """
    start, most = 0, MOST_IDS
    while start < len(ids):
        part = ids[start : start + most]
        try:
            ingestion_id = submit(part, f"{key}/{start}" if start else key)
        except RefusedError as error:
            most = _fewer(error, len(part))
            continue
        start += len(part)
        yield Accepted.parse({"ingestion_id": ingestion_id, "ids": len(part)})


def _fewer(refusal: RefusedError, count: int) -> int:
    """Return how many ids to send instead; raises the refusal if it is not about their number."""
    if isinstance(refusal, TooLargeError):
        fewer = count // 2
    else:
        said = re.match(r"must be at most (\d+), these are", "".join(refusal.details.get("ids", ())))
        fewer = int(said[1]) if said else 0
    if not 0 < fewer < count:
        raise refusal
    return fewer
