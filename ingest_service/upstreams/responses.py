"""Meaning of an HTTP response of the upstream."""

import codecs
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from http.client import responses

import msgspec

from ingest_service.domain.ledger import Answer
from ingest_service.upstreams.throttling import asked_pause

_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_REFUSING = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED}
# An escape of half a character (surrogate), up to its last two digits; or of a backslash and a `u` behind it.
_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
_STRING_OR_BLANKS = re.compile(rb'("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+')


def is_good(status: int) -> bool:
    """Return True if the body of a response with this status is a result."""
    return 200 <= status < 300


def read_result(status: int, body: bytes) -> Answer:
    """Return the result in the body of a good response: its JSON as it is, without the blanks between the values.

    What is not JSON was cut or garbled, which may pass. JSON that cannot be kept is a final error.
    """
    if status == HTTPStatus.NO_CONTENT:
        return Answer("null", status=status)
    try:
        return Answer(_compact(body.removeprefix(codecs.BOM_UTF8)).decode(), status=status)
    except UnicodeDecodeError:
        return Answer(error="the answer is JSON, but not UTF-8", status=status)
    except RecursionError:
        return Answer(error="the answer is JSON of too many levels", status=status)
    except msgspec.DecodeError:
        if _is_in_another_encoding(body):
            return Answer(error="the answer is JSON, but not UTF-8", status=status)
        return Answer(error="the answer is not JSON", status=status, retryable=True)


def read_error(status: int, headers: Mapping[str, str], wall: int) -> Answer:
    """Return the error that a response with any other status is; `wall` is the wall clock now.

    Names are looked up in `headers` without heed of their case.
    """
    if 300 <= status < 400:
        return Answer(error=f"{_words(status)}: redirects are not followed", status=status)
    pause = asked_pause(status, headers, wall)
    may_pass = status in _PASSING or status >= 500 or pause is not None
    refused = status in _REFUSING and not may_pass
    return Answer(error=_words(status), status=status, retryable=may_pass, pause=pause, refused=refused)


def _words(status: int) -> str:
    """Say the status in our own words: the upstream's may be anything."""
    return f"HTTP {status} {responses.get(status, '')}".strip()


def _compact(text: bytes) -> bytes:
    """Return JSON without blanks between values; nothing is rebuilt, so nothing is lost.

    Does not check that strings are UTF-8. Raises msgspec.DecodeError for what is not JSON, and RecursionError
    beyond about a thousand levels.
    """
    if _HALF_CHARACTER.search(text) is None:
        return msgspec.json.format(text, indent=-1)
    # msgspec takes escaped characters only whole: it checks a copy in which none is above U+00FF.
    msgspec.json.format(_HALF_CHARACTER.sub(rb"\\u00", text), indent=-1)
    return _STRING_OR_BLANKS.sub(rb"\1", text)


def _is_in_another_encoding(body: bytes) -> bool:
    """Return True for JSON in UTF-16 or UTF-32."""
    encoding = json.detect_encoding(body)
    if encoding.startswith("utf-8"):
        return False
    try:
        _compact(body.decode(encoding).encode())
    except (ValueError, RecursionError, msgspec.DecodeError):
        return False
    return True
