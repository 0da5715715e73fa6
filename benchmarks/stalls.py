"""One request about a million ids to the real server, and how long everybody else waits meanwhile.

One process makes the request over a plain socket, and another polls GET /health meanwhile, whose slowest answer
is the stall. The limits are msgspec's decode of the same body and the text of the same status alone, in this
process. Read: how many times longer the whole request takes, and how long others wait at most.
"""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from uuid import uuid4

from msgspec import Struct
from msgspec.json import Decoder

from benchmarks.figure import Figure, show
from benchmarks.measure import here, medians, seconds
from benchmarks.ports import HOST
from benchmarks.serving import REAL, ask, serving
from ingest_service.domain.model import Ingestion, Priority
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.web.ingest.status import status_body

IDS = range(10**9 - 10**6, 10**9)
BODY = json.dumps({"ids": list(IDS), "priority": "LOW"}).encode()
ROUNDS = 7
Way = tuple[str, str, bytes]
SENDING = (
    "encoded and handed to a bare socket the same text takes 1.1 times as long already, and the threads of the "
    "server take turns; pieces of half the size took 1.3 times as long, and pieces of two and four times the size "
    "won nothing in most runs"
)


class Submitted(Struct):
    """A submission as msgspec reads it."""

    ids: list[int]
    priority: str


def asked(port: int, way: Way) -> float:
    """Make a request over a socket of its own; return the seconds to the last byte of the answer."""
    method, path, body = way
    head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    received = bytearray(1 << 20)

    def ask_once() -> None:
        with socket.create_connection((HOST, port)) as connection:
            connection.sendall(head.encode() + body)
            while connection.recv_into(received):
                pass

    return seconds(ask_once)


def poll(health: HTTPConnection) -> None:
    """Ask for /health once."""
    health.request("GET", "/health")
    health.getresponse().read()


def stall(pool: ProcessPoolExecutor, port: int, way: Way) -> float:
    """Make a request in the pool and poll /health meanwhile; return how long a poll took at worst."""
    health, longest = HTTPConnection(HOST, port, timeout=30), 0.0
    asking = pool.submit(asked, port, way)
    while not asking.done():
        longest = max(longest, seconds(lambda: poll(health)))
    health.close()
    return longest


def figures() -> Iterator[Figure]:
    """Measure, and yield what was found."""
    ids, decoder = PackedIds.of(IDS), Decoder(Submitted)
    progress = Progress(1, Ingestion(uuid4().int, Priority.LOW, 3, len(ids)), 0, 0, frozenset())
    with (
        here() as folder,
        ProcessPoolExecutor(1) as pool,
        serving(Path(folder, "served.db"), *REAL) as (port, _),
    ):
        post: Way = ("POST", "/ingest", BODY)
        ingestion_id = json.loads(ask(port, "POST", "/ingest", BODY))["ingestion_id"]
        status: Way = ("GET", f"/status/{ingestion_id}", b"")
        posting, decoding, reading, writing = medians(
            ROUNDS,
            lambda: asked(port, post),
            lambda: seconds(lambda: decoder.decode(BODY)),
            lambda: asked(port, status),
            lambda: seconds(lambda: sum(map(len, status_body(progress, ids)))),
        )
        stalls = [[stall(pool, port, way) for way in (post, status)] for _ in range(ROUNDS)]
    post_stall, status_stall = map(median, zip(*stalls, strict=True))
    yield _at_most(
        "POST of 1,000,000 ids", f"msgspec's decode ({decoding * 1000:.0f} ms)", posting / decoding, 2.5
    )
    yield _at_most("others wait during that POST", "", post_stall * 1000, 40, "ms")
    against = f"the text alone ({writing * 1000:.0f} ms)"
    yield _at_most("GET /status of 1,000,000 ids", against, reading / writing, 1.3, note=SENDING)
    yield _at_most("others wait during that GET", "", status_stall * 1000, 30, "ms")


def _at_most(what: str, against: str, value: float, aim: float, unit: str = "times", note: str = "") -> Figure:
    return Figure(what, against, value, aim, unit, more_is_better=False, note=note)


def main() -> None:
    """Measure and print."""
    show(figures())


if __name__ == "__main__":
    main()
