"""Behaviours that answer whole HTTP responses, good and bad; the connection stays open after each."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from ingest_service.upstreams.fake.arrivals import Arrival
from ingest_service.upstreams.fake.behaviour import Behaviour
from ingest_service.upstreams.fake.connection import Connection

_PIECE = 65_536


def head(code: int, headers: Mapping[str, object]) -> bytes:
    """Return a status line and headers as bytes, including the blank line."""
    reason = HTTPStatus(code).phrase if code in set(HTTPStatus) else "Unknown"
    lines = [f"HTTP/1.1 {code} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def good_body(record_id: int) -> bytes:
    """Return the body of the good answer."""
    return json.dumps({"id": record_id, "data": "processed"}).encode()


def good_response(record_id: int) -> bytes:
    """Return the whole good answer."""
    body = good_body(record_id)
    return head(200, {"Content-Type": "application/json", "Content-Length": len(body)}) + body


def processed(arrival: Arrival, connection: Connection) -> None:
    """Send the good answer: 200 `{"id": <id>, "data": "processed"}`."""
    connection.begin(200)
    connection.finish(good_response(arrival.record_id))


def ok() -> Behaviour:
    """Answer well: 200 `{"id": <id>, "data": "processed"}`."""
    return processed


def status(code: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Behaviour:
    """Answer with this status, body and headers; Content-Length is added, JSON is the type unless given."""
    own = {"Content-Type": "application/json", "Content-Length": len(body)}

    def play(_arrival: Arrival, connection: Connection) -> None:
        connection.begin(code)
        connection.finish(head(code, own | dict(headers or {})) + body)

    return play


def too_many(retry_after: str = "1", code: int = 429) -> Behaviour:
    """Answer 429 (or another code) with a Retry-After header, which may be any text."""
    return status(code, b'{"error": "Too many requests"}', {"Retry-After": retry_after})


def html(code: int = 502) -> Behaviour:
    """Answer with an HTML error page, as a gateway would."""
    return status(code, b"<html><body><h1>Bad gateway</h1></body></html>", {"Content-Type": "text/html"})


def redirect(location: str, code: int = 302) -> Behaviour:
    """Answer with a redirect to this location."""
    return status(code, headers={"Location": location})


def empty() -> Behaviour:
    """Answer 200 with an empty body that is labelled as JSON."""
    return status(200)


def half_json() -> Behaviour:
    """Answer 200 with half of the good body; Content-Length matches that half."""

    def play(arrival: Arrival, connection: Connection) -> None:
        body = good_body(arrival.record_id)
        status(200, body[: len(body) // 2])(arrival, connection)

    return play


def huge(size: int, *, chunked: bool = False) -> Behaviour:
    """Answer 200 with a body of `size` bytes (at least 1), streamed in small pieces.

    Blocks while the client does not read.
    """

    def play(_arrival: Arrival, connection: Connection) -> None:
        framing: dict[str, object] = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": size}
        connection.begin(200)
        connection.send(head(200, framing | {"Content-Type": "application/json"}))
        for start in range(0, size - 1, _PIECE):
            connection.send(_framed(b" " * min(_PIECE, size - 1 - start), chunked))
        connection.finish(_framed(b" ", chunked) + (b"0\r\n\r\n" if chunked else b""))

    return play


def _framed(piece: bytes, chunked: bool) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece
