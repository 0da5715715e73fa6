"""The request to the upstream, as settings describe it: a method, a URL, a body and headers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ingest_service.environment import is_http_url

# It stands for the id, in the URL and in the body.
PLACE = "{id}"

_URL_ALLOWED = "it should be like https://api.example.com/items/{id}"
_HEADERS_ALLOWED = 'it should be a JSON object like {"Authorization": "Bearer …"}'
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")
_HEADER_VALUE = re.compile(r"([!-~\xa1-\xff]([ -~\xa1-\xff]*[!-~\xa1-\xff])?)?")


@dataclass(frozen=True, slots=True)
class UpstreamRequest:
    """The request for any id. The URL and the body may hold a key: never log them, never show them."""

    url: str = field(repr=False)
    method: str = "GET"
    body: str = field(default="", repr=False)

    def url_of(self, record_id: int) -> str:
        """Return the URL for an id."""
        return self.url.replace(PLACE, str(record_id))

    def body_of(self, record_id: int) -> bytes | None:
        """Return the body for an id, None if requests have none."""
        return self.body.replace(PLACE, str(record_id)).encode() if self.body else None


def check_url(url: str) -> None:
    """Raise ValueError, with what is allowed, for a URL that is not of a server that speaks HTTP."""
    if not is_http_url(url):
        raise ValueError(_URL_ALLOWED)


def check_body(body: str) -> None:
    """Raise ValueError, with what is allowed, for a body that is not JSON with an id in it."""
    try:
        json.loads(body.replace(PLACE, "1").encode())
    except (ValueError, RecursionError):
        raise ValueError('it should be JSON with {id} for the id, like {"id": {id}}') from None


def check_place(request: UpstreamRequest) -> None:
    """Raise ValueError, with what is allowed of its URL, for a request that is the same for all ids."""
    if PLACE not in request.url + request.body:
        raise ValueError(_URL_ALLOWED)


def parse_headers(text: str) -> Mapping[str, str]:
    """Return the headers in a JSON object. Raises ValueError, with what is allowed and nothing of the text."""
    try:
        headers = json.loads(text)
    except (ValueError, RecursionError):
        headers = None
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise ValueError(_HEADERS_ALLOWED)
    if not all(_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value) for name, value in headers.items()):
        raise ValueError("it should have names of letters, digits and hyphens, and values of one line of Latin-1")
    return headers


def read_headers(path: str) -> Mapping[str, str]:
    """Return the headers in a file. Raises ValueError with nothing of the path, which may be a key by mistake."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"the file cannot be read: {error.strerror}") from None
    except ValueError:
        raise ValueError("the file should be text") from None
    return parse_headers(text)
