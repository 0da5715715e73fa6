"""Behaviours that break HTTP or the connection while they send the good answer."""

from ingest_service.upstreams.fake.answers import good_body, good_response, head
from ingest_service.upstreams.fake.arrivals import Arrival
from ingest_service.upstreams.fake.behaviour import Behaviour
from ingest_service.upstreams.fake.connection import Connection


def hang() -> Behaviour:
    """Never answer: block until the client disconnects or the upstream stops."""
    return lambda _arrival, connection: connection.wait(None)


def drip(body: bytes | None = None, every_seconds: float = 1) -> Behaviour:
    """Answer 200 with the body (None: the good one) one byte at a time, with a wait before each byte."""

    def play(arrival: Arrival, connection: Connection) -> None:
        content = good_body(arrival.record_id) if body is None else body
        connection.begin(200)
        connection.send(head(200, {"Content-Type": "application/json", "Content-Length": len(content)}))
        _drip(content, every_seconds, connection)

    return play


def drip_headers(every_seconds: float = 1) -> Behaviour:
    """Send the whole good answer, headers too, one byte at a time, with a wait before each byte."""

    def play(arrival: Arrival, connection: Connection) -> None:
        connection.begin(200)
        _drip(good_response(arrival.record_id), every_seconds, connection)

    return play


def hang_up() -> Behaviour:
    """Close the connection (FIN) before any byte."""
    return lambda _arrival, connection: connection.close()


def cut() -> Behaviour:
    """Close the connection (FIN) after the headers and half the body."""

    def play(arrival: Arrival, connection: Connection) -> None:
        _send_half(arrival, connection)
        connection.close()

    return play


def reset_before() -> Behaviour:
    """Reset the connection (RST) before any byte."""
    return lambda _arrival, connection: connection.reset()


def reset_in_body() -> Behaviour:
    """Reset the connection (RST) after the headers and half the body."""

    def play(arrival: Arrival, connection: Connection) -> None:
        _send_half(arrival, connection)
        connection.reset()

    return play


def garbage(noise: bytes = b"\x00\xff this is not HTTP\r\n\r\n") -> Behaviour:
    """Send bytes that are not HTTP, and close the connection."""

    def play(_arrival: Arrival, connection: Connection) -> None:
        connection.send(noise)
        connection.close()

    return play


def _drip(content: bytes, every_seconds: float, connection: Connection) -> None:
    for at in range(len(content) - 1):
        connection.wait(every_seconds)
        connection.send(content[at : at + 1])
    connection.wait(every_seconds)
    connection.finish(content[-1:])


def _send_half(arrival: Arrival, connection: Connection) -> None:
    whole = good_response(arrival.record_id)
    connection.begin(200)
    connection.send(whole[: len(whole) - len(good_body(arrival.record_id)) // 2])
