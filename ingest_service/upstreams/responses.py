"""What an HTTP response of the upstream means."""

import json
from http import HTTPStatus
from http.client import responses
from typing import Any, NoReturn

from ingest_service.domain.ledger import Answer
from ingest_service.upstreams.retry_after import parse_retry_after

_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_PAUSING = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


def is_good(status: int) -> bool:
    """Whether the body of a response with this status is a result."""
    return 200 <= status < 300


def read_result(status: int, body: bytes) -> Answer:
    """Return the result in the body of a good response, or a passing error: what is no JSON was cut or garbled."""
    if status == HTTPStatus.NO_CONTENT:
        return Answer("null", status=status)
    try:
        return Answer(_one_line(json.loads(body, parse_constant=_refuse)), status=status)
    except (ValueError, RecursionError):
        return Answer(error="the answer is not JSON", status=status, retryable=True)


def read_error(status: int, retry_after: str | None, wall: int) -> Answer:
    """Return the error that a response with any other status is; `wall` is the wall clock now."""
    if 300 <= status < 400:
        return Answer(error=f"{_words(status)}: redirects are not followed", status=status)
    return Answer(
        error=_words(status),
        status=status,
        retryable=status in _PASSING or status >= 500,
        pause=parse_retry_after(retry_after, wall) if status in _PAUSING else None,
    )


def _words(status: int) -> str:
    """Say the status in our own words: the upstream's may be anything."""
    return f"HTTP {status} {responses.get(status, '')}".strip()


def _one_line(result: Any) -> str:
    return json.dumps(result, separators=(",", ":"), allow_nan=False)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
