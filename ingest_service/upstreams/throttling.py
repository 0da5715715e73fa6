"""The headers with which an upstream asks for no more calls for a while."""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus

from ingest_service.clock import NANOSECONDS
from ingest_service.upstreams.retry_after import log_absurd, parse_retry_after, whole_seconds

# Of these a Retry-After is believed, and of the first two the headers of a rate limit.
_USED_UP = {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
_PAUSING = {*_USED_UP, HTTPStatus.SERVICE_UNAVAILABLE}
# They begin the names of a pair of headers: how many calls are left, and when there will be more.
_PREFIXES = ("RateLimit", "X-RateLimit", "X-Rate-Limit")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
# A wait of seconds is never so long: it is a time, in seconds since 1970.
_FIRST_TIME = 10**9


def asked_pause(status: int, headers: Mapping[str, str], wall: int) -> int | None:
    """Return how many nanoseconds from `wall` (the wall clock) on the upstream wants no calls.

    None if it does not say so. Names are looked up in `headers` without heed of their case.
    """
    if status not in _PAUSING:
        return None
    pause = parse_retry_after(headers.get("Retry-After"), wall)
    if pause is not None or status not in _USED_UP:
        return pause
    return max(_until_reset(headers, wall), default=None)


def _until_reset(headers: Mapping[str, str], wall: int) -> Iterator[int]:
    """Yield the time until there are calls again, for each limit that is used up."""
    for seconds in _of_policies(headers.get("RateLimit", "")):
        yield seconds * NANOSECONDS
    for prefix in _PREFIXES:
        name, left = f"{prefix}-Reset", whole_seconds(headers.get(f"{prefix}-Remaining", ""))
        if left == 0 and name in headers:
            reset = whole_seconds(headers[name])
            if reset is None:
                log_absurd(name, headers[name])
            else:
                yield reset * NANOSECONDS if reset < _FIRST_TIME else max(0, reset * NANOSECONDS - wall)


def _of_policies(text: str) -> Iterator[int]:
    """Yield the seconds of each limit that is used up.

    Written as `"name";r=0;t=30` for each, or as `limit=9, remaining=0, reset=30` in an older draft.
    """
    policies = [_parameters(policy) for policy in _QUOTED.sub("", text).split(",")]
    waits = [policy.get("t", "") for policy in policies if policy.get("r") == "0"]
    older = {name: value for policy in policies for name, value in policy.items()}
    if older.get("remaining") == "0":
        waits.append(older.get("reset", ""))
    for wait in waits:
        if (seconds := whole_seconds(wait)) is not None:
            yield seconds


def _parameters(policy: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in policy.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}
