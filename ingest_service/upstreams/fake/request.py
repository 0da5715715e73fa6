"""A request as it is read from a connection."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

_LINE = re.compile(r"GET \S*?(\d+) HTTP/1\.([01])")


@dataclass(frozen=True, slots=True)
class Request:
    """A request line and its headers, with names in lower case.

    `record_id` is None unless the request is a GET of a path that ends in an id.
    """

    record_id: int | None
    headers: dict[str, str]
    keep_alive: bool


def read_request(lines: BinaryIO) -> Request | None:
    """Block until the last byte of the headers has arrived; return None if the client disconnects before that."""
    head = _read_head(lines)
    if head is None:
        return None
    headers = dict(_header(line) for line in head[1:])
    found = _LINE.fullmatch(head[0])
    if found is None:
        return Request(None, headers, keep_alive=False)
    return Request(int(found[1]), headers, found[2] == "1" and not _wants_close(headers))


def _read_head(lines: BinaryIO) -> list[str] | None:
    head: list[str] = []
    for line in iter(lines.readline, b""):
        text = line.decode("latin-1").rstrip("\r\n")
        if not text:
            return head or [""]
        head.append(text)
    return None


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.lower(), value.strip()


def _wants_close(headers: Mapping[str, str]) -> bool:
    return headers.get("connection", "").lower() == "close"
