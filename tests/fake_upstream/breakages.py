"""Behaviours that break HTTP or the connection; the good answer is what they break."""

from tests.fake_upstream.answers import good_body, good_response, head
from tests.fake_upstream.arrivals import Arrival
from tests.fake_upstream.behaviour import Behaviour
from tests.fake_upstream.peer import Peer


def hang() -> Behaviour:
    """Never answer: block until the peer leaves or the upstream stops."""
    return lambda _arrival, peer: peer.wait(None)


def drip(body: bytes | None = None, every_seconds: float = 1) -> Behaviour:
    """Answer 200 with the body (None: the good one) one byte at a time, waiting before each."""

    def play(arrival: Arrival, peer: Peer) -> None:
        content = good_body(arrival.record_id) if body is None else body
        peer.begin(200)
        peer.send(head(200, {"Content-Type": "application/json", "Content-Length": len(content)}))
        _drip(content, every_seconds, peer)

    return play


def drip_headers(every_seconds: float = 1) -> Behaviour:
    """Answer well, the status line, headers and body one byte at a time, waiting before each."""

    def play(arrival: Arrival, peer: Peer) -> None:
        peer.begin(200)
        _drip(good_response(arrival.record_id), every_seconds, peer)

    return play


def hang_up() -> Behaviour:
    """Close the connection (FIN) before any byte."""
    return lambda _arrival, peer: peer.leave()


def cut() -> Behaviour:
    """Close the connection (FIN) after the headers and half the body."""

    def play(arrival: Arrival, peer: Peer) -> None:
        _send_half(arrival, peer)
        peer.leave()

    return play


def reset_before() -> Behaviour:
    """Reset the connection (RST) before any byte."""
    return lambda _arrival, peer: peer.reset()


def reset_in_body() -> Behaviour:
    """Reset the connection (RST) after the headers and half the body."""

    def play(arrival: Arrival, peer: Peer) -> None:
        _send_half(arrival, peer)
        peer.reset()

    return play


def garbage(noise: bytes = b"\x00\xff this is not HTTP\r\n\r\n") -> Behaviour:
    """Send bytes that are not HTTP, and close the connection."""

    def play(_arrival: Arrival, peer: Peer) -> None:
        peer.send(noise)
        peer.leave()

    return play


def _drip(content: bytes, every_seconds: float, peer: Peer) -> None:
    for at in range(len(content) - 1):
        peer.wait(every_seconds)
        peer.send(content[at : at + 1])
    peer.wait(every_seconds)
    peer.finish(content[-1:])


def _send_half(arrival: Arrival, peer: Peer) -> None:
    whole = good_response(arrival.record_id)
    peer.begin(200)
    peer.send(whole[: len(whole) - len(good_body(arrival.record_id)) // 2])
