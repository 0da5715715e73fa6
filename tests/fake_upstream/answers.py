"""Behaviours that answer whole HTTP responses, good and bad; the connection stays open after each."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from tests.fake_upstream.arrivals import Arrival
from tests.fake_upstream.behaviour import Behaviour
from tests.fake_upstream.peer import Peer

_PIECE = 65_536


def head(code: int, headers: Mapping[str, object]) -> bytes:
    """Return a status line and headers as bytes, with the blank line."""
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


def processed(arrival: Arrival, peer: Peer) -> None:
    """Answer well: 200 `{"id": <id>, "data": "processed"}`."""
    peer.begin(200)
    peer.finish(good_response(arrival.record_id))


def ok() -> Behaviour:
    """Answer well: 200 `{"id": <id>, "data": "processed"}`."""
    return processed


def status(code: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Behaviour:
    """Answer with this status, body and headers; Content-Length is added, JSON is the type unless given."""
    own = {"Content-Type": "application/json", "Content-Length": len(body)}

    def play(_arrival: Arrival, peer: Peer) -> None:
        peer.begin(code)
        peer.finish(head(code, own | dict(headers or {})) + body)

    return play


def too_many(retry_after: str = "1", code: int = 429) -> Behaviour:
    """Answer 429, or 503, with any text at all in Retry-After."""
    return status(code, b'{"error": "Too many requests"}', {"Retry-After": retry_after})


def html(code: int = 502) -> Behaviour:
    """Answer the HTML page of a gateway in between."""
    return status(code, b"<html><body><h1>Bad gateway</h1></body></html>", {"Content-Type": "text/html"})


def redirect(location: str, code: int = 302) -> Behaviour:
    """Send the client elsewhere."""
    return status(code, headers={"Location": location})


def empty() -> Behaviour:
    """Answer 200 and no body, where JSON was promised."""
    return status(200)


def half_json() -> Behaviour:
    """Answer 200 and half the good body; Content-Length fits the half."""

    def play(arrival: Arrival, peer: Peer) -> None:
        body = good_body(arrival.record_id)
        status(200, body[: len(body) // 2])(arrival, peer)

    return play


def huge(size: int, *, chunked: bool = False) -> Behaviour:
    """Answer 200 and a body of so many bytes (at least 1), streamed from little memory.

    Blocks while the peer does not read.
    """

    def play(_arrival: Arrival, peer: Peer) -> None:
        framing: dict[str, object] = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": size}
        peer.begin(200)
        peer.send(head(200, framing | {"Content-Type": "application/json"}))
        for start in range(0, size - 1, _PIECE):
            peer.send(_framed(b" " * min(_PIECE, size - 1 - start), chunked))
        peer.finish(_framed(b" ", chunked) + (b"0\r\n\r\n" if chunked else b""))

    return play


def _framed(piece: bytes, chunked: bool) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece
