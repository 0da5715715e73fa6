"""Body of a submission, and its division into as many ingestions as the service needs."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from msgspec import json

from ingestctl.errors import RefusedError, TooLargeError, UsageError
from ingestctl.models import GREATEST_ID, Accepted, Priority

LARGEST_PART = 1_000_000
_IDS_PER_PIECE = 10_000


def body(ids: Sequence[int], priority: Priority, deadline: datetime | None) -> bytes:
    """Return the JSON to send; it is built piece by piece, so that a million ids need little memory.

    A deadline without a time zone is in the local one.
    """
    pieces = (ids[start : start + _IDS_PER_PIECE] for start in range(0, len(ids), _IDS_PER_PIECE))
    numbers = b",".join(json.encode(list(piece), enc_hook=int)[1:-1] for piece in pieces)
    by = f', "deadline": "{deadline.astimezone().isoformat()}"' if deadline else ""
    return b'{"ids": [%b], "priority": "%b"%b}' % (numbers, priority.encode(), by.encode())


def valid_key(key: str | None) -> str:
    """Return the key, or a new one; raises UsageError if a header cannot carry it (RFC 9110 section 5.5)."""
    if key and not (key.isascii() and key.isprintable()):
        raise UsageError(f"{key!r} is not a valid key: use printable ASCII characters only.")
    return key or str(uuid4())


def in_parts(ids: Sequence[int], key: str, submit: Callable[[Sequence[int], str], str]) -> Iterator[Accepted]:
    """Submit the ids in as many ingestions as necessary, one after the other; yield each once it is accepted.

    `submit` gets each part and its key. When the service refuses a part for its size, smaller ones are sent.
    """
    start, size = 0, LARGEST_PART
    while start < len(ids):
        part = ids[start : start + size]
        try:
            ingestion_id = submit(part, f"{key}/{start}" if start else key)
        except RefusedError as refusal:
            size = _smaller_size(refusal, part)
            continue
        start += len(part)
        yield Accepted.parse({"ingestion_id": ingestion_id, "ids": len(part)})


def _smaller_size(refusal: RefusedError, part: Sequence[int]) -> int:
    """Return the number of ids to send instead; raises the refusal if it is not about their number."""
    halved = len(part) // 2 if _may_be_too_many(refusal, part) else 0
    size = refusal.limits.get("ids", halved)
    if not 0 < size < len(part):
        raise refusal
    return size


def _may_be_too_many(refusal: RefusedError, part: Sequence[int]) -> bool:
    """Return whether the number of ids may be the fault: an older service, or a proxy, answers without a limit."""
    if isinstance(refusal, TooLargeError):
        return True
    return set(refusal.details) == {"ids"} and all(type(one) is int and 1 <= one <= GREATEST_ID for one in part)
