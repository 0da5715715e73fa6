"""The ways to say that a client was too fast: answers for the number of seconds until there is room."""

import time
from collections.abc import Callable, Mapping
from email.utils import formatdate

from ingest_service.upstreams.fake.answers import status, too_many
from ingest_service.upstreams.fake.behaviour import Behaviour

Signal = Callable[[int], Behaviour]


def too_many_calls(code: int, headers: Mapping[str, str]) -> Behaviour:
    """Answer with this status and these headers."""
    return status(code, b'{"error": "Too many requests"}', headers)


def _reset(prefix: str, code: int, reset: Callable[[int], int]) -> Signal:
    """Return a signal of two headers whose names begin alike."""
    return lambda seconds: too_many_calls(
        code, {f"{prefix}-Remaining": "0", f"{prefix}-Reset": str(reset(seconds))}
    )


def _at(seconds: int) -> int:
    """Return a time in whole seconds since 1970, never too early."""
    return -int(-time.time() // 1) + seconds


SIGNALS: Mapping[str, Signal] = {
    "retry-after": lambda seconds: too_many(str(seconds)),
    "fraction": lambda seconds: too_many(f"{seconds}.0"),
    "date": lambda seconds: too_many(formatdate(_at(seconds), usegmt=True)),
    "403": lambda seconds: too_many(str(seconds), 403),
    "github": _reset("X-RateLimit", 403, _at),
    "okta": _reset("X-Rate-Limit", 429, _at),
    "delta": _reset("X-RateLimit", 429, int),
    "draft": lambda seconds: too_many_calls(429, {"RateLimit": f'"default";r=0;t={seconds}'}),
    "older-draft": _reset("RateLimit", 429, int),
    "none": lambda _: too_many_calls(429, {}),
}
