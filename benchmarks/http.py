"""Small requests over keep-alive connections: the real server against views that do next to nothing.

The real one is `python wsgi.py` with its log and its metrics. Its peers: bare Flask views on waitress with our
settings (benchmarks/peers/bare_view.py), which store nothing; an asyncio service in memory
(benchmarks/peers/in_memory.py); and itself on a disk whose fsync takes a millisecond more. Each runs in a process
of its own, and one single-threaded client loads them in turn. Read: a ratio of requests above 1 and of p99 below 1
is good. Needs the packages of `.venv/bench.stamp`, and a C compiler.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.figure import Figure, show
from benchmarks.load import request
from benchmarks.loaded import Asked, Loaded, in_turn
from benchmarks.measure import here
from benchmarks.ports import HOST
from benchmarks.serving import REAL, ask, serving
from benchmarks.slow_disk import slow_disk

SUBMISSION = json.dumps({"ids": list(range(1, 8)), "priority": "MEDIUM"}).encode()
SUBMIT = request("POST", "/ingest", SUBMISSION)
WINDOW = 0.5
ROUNDS = 4
# Of the requests of the bare view, for each number of connections.
DURABLE_AIMS = {1: 0.6, 8: 0.9, 64: 0.9}
MANY = 64
READERS = 8
# Of the view with 8 and 64 connections: 0.60, 0.81 with 32 threads; 0.63, 0.76 with 4; 0.56, 0.53 with one.
SWITCHES = (
    "each submission costs some 8 switches between threads, a quarter of its time in the kernel at 8 connections; "
    "fewer threads lost more at 64 connections than they won at 8, and fewer statements won less than 5 per cent; "
    "two threads that each begin 16 submissions and wait for one commit took less of the processor, but "
    "answered fewer in most runs"
)
KEEPS = f"it keeps nothing, and no request waits for a disk or another thread; {SWITCHES}"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: its port and its process id."""

    port: int
    process: int

    def asked(self, what: bytes) -> Asked:
        """Return it with the request that it is to answer."""
        return Asked(self.port, self.process, what)


def posts(real: Server, bare: Server, in_memory: Server) -> Iterator[Figure]:
    """Compare durable submissions with views that only parse them, and with a queue in memory."""
    for connections, aim in DURABLE_AIMS.items():
        servers = [server.asked(SUBMIT) for server in (real, bare, in_memory)]
        ours, view, queue = in_turn(servers, connections, ROUNDS, WINDOW)
        what = f"POST of 7 ids, {connections} connections"
        report(what, ours=ours, view=view, queue=queue)
        yield from compared(what, "the bare Flask view", ours, view, aim, 1.3, SWITCHES)
        yield from compared(what, "the asyncio service in memory", ours, queue, 1.0, 1.0, KEEPS)


def reads(real: Server, bare: Server) -> Iterator[Figure]:
    """Compare polls with constants of the same size, while no slot opens that would change the status."""
    ask(real.port, "POST", "/dispatcher/pause")
    path = f"/status/{json.loads(ask(real.port, 'POST', '/ingest', SUBMISSION))['ingestion_id']}"
    tag, size = tag_and_size(real.port, path)
    ways = {
        "GET /status": (request("GET", path), size, 0.9),
        "GET /status unchanged (304)": (request("GET", path, If_None_Match=tag), 0, 0.95),
        "GET /health": (request("GET", "/health"), len(ask(real.port, "GET", "/health")), 0.95),
    }
    for name, (asked, size, aim) in ways.items():
        servers = [real.asked(asked), bare.asked(request("GET", f"/constant/{size}"))]
        for connections in (READERS, MANY):
            ours, view = in_turn(servers, connections, ROUNDS, WINDOW)
            what = f"{name}, {connections} connections"
            report(what, ours=ours, view=view)
            yield from compared(what, "a bare Flask view of a constant", ours, view, aim, 1.3)
    ask(real.port, "POST", "/dispatcher/resume")


def syncs(fast: Server, slow: Server) -> Iterator[Figure]:
    """Compare submissions on the disk as it is with those on one whose fsync takes a millisecond more."""
    servers = [slow.asked(SUBMIT), fast.asked(SUBMIT)]
    slowly, ours = in_turn(servers, MANY, ROUNDS, WINDOW)
    what = f"POST of 7 ids, {MANY} connections"
    report(what, slow_disk=slowly, disk=ours)
    yield Figure(f"{what}, fsync takes 1 ms more", "the same without the delay", slowly.rate / ours.rate, 0.8)


def compared(
    what: str, peer: str, ours: Loaded, theirs: Loaded, aim: float, p99: float, why: str = ""
) -> Iterator[Figure]:
    """Yield the ratios of requests and of p99; `why` says what forbids more."""
    yield Figure(f"{what}: requests", peer, ours.rate / theirs.rate, aim, note=why)
    yield Figure(f"{what}: p99", peer, ours.p99 / theirs.p99, p99, more_is_better=False, note=why)


def report(what: str, **servers: Loaded) -> None:
    """Print what each server did."""
    print(what, *(f"  {name:10} {loaded}" for name, loaded in servers.items()), sep="\n")


def tag_and_size(port: int, path: str) -> tuple[str, int]:
    """Return the entity tag and the length of an answer."""
    connection = HTTPConnection(HOST, port)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return str(answer.getheader("ETag")), len(body)


def figures() -> Iterator[Figure]:
    """Yield every ratio."""
    with here() as folder, ExitStack() as servers:

        def started(name: str, *command: str, **environ: str) -> Server:
            return Server(*servers.enter_context(serving(Path(folder, f"{name}.db"), *command, **environ)))

        real, slow = started("real", *REAL), started("slow", *REAL, **slow_disk(Path(folder)))
        bare = started("bare", "-m", "benchmarks.peers.bare_view", "{port}")
        in_memory = started("memory", "-m", "benchmarks.peers.in_memory", "{port}")
        yield from reads(real, bare)
        yield from posts(real, bare, in_memory)
        yield from syncs(real, slow)


if __name__ == "__main__":
    show(figures())
