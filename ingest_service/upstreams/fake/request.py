"""A request as it is read from a connection."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

_LINE = re.compile(r"(GET|POST|PUT) (\S+) HTTP/1\.([01])")
_AT_THE_END = re.compile(r"\d+$")
_IN_A_BODY = re.compile(rb"\d+")


@dataclass(frozen=True, slots=True)
class Request:
    """A request line, its headers, with names in lower case, and its body.

    `record_id` is the number at the end of the path, or else the first one in the body, None without one.
    """

    record_id: int | None
    headers: dict[str, str]
    keep_alive: bool
    method: str = ""
    body: bytes = b""


def read_request(lines: BinaryIO) -> Request | None:
    """Block until the last byte has arrived; return None if the client disconnects before that."""
    head = _read_head(lines)
    if head is None:
        return None
    headers = dict(_header(line) for line in head[1:])
    body = lines.read(_length(headers))
    if len(body) < _length(headers):
        return None
    found = _LINE.fullmatch(head[0])
    record_id = None if found is None else _record_id(found[2], body)
    if found is None or record_id is None:
        return Request(None, headers, keep_alive=False)
    return Request(record_id, headers, found[3] == "1" and not _wants_close(headers), found[1], body)


def _record_id(path: str, body: bytes) -> int | None:
    found = _AT_THE_END.search(path) or _IN_A_BODY.search(body)
    return None if found is None else int(found[0])


def _length(headers: Mapping[str, str]) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isdecimal() else 0


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
