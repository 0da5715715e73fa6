"""One request about a million ids to the real server, and how long everybody else waits meanwhile.

One process makes the request and another polls GET /health meanwhile, whose slowest answer is the stall. The peer
is the same server answering the same status by dicts and json.dumps (benchmarks/dicts.py). Read: the stall of
GET /status should be a small part of the stall of the dicts.
"""

import json
from concurrent.futures import ProcessPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from benchmarks.measure import here, seconds
from benchmarks.ports import HOST
from benchmarks.serving import ask, serving

BODY = json.dumps({"ids": list(range(10**9 - 10**6, 10**9)), "priority": "LOW"}).encode()
ROUNDS = 5


def seconds_of(port: int, method: str, path: str, body: bytes | None) -> float:
    """Make a request and return how long it takes, to the last byte of the answer."""
    return seconds(lambda: ask(port, method, path, body))


def with_stall(pool: ProcessPoolExecutor, port: int, way: tuple[str, str, bytes | None]) -> tuple[float, float]:
    """Make a request in the pool and poll /health; return how long the one took and the other at worst."""
    health = HTTPConnection(HOST, port, timeout=30)
    polls = []
    asking = pool.submit(seconds_of, port, *way)
    while not asking.done():
        polls.append(seconds(lambda: poll(health)))
    health.close()
    return asking.result(), max(polls)


def poll(health: HTTPConnection) -> None:
    """Ask for /health once."""
    health.request("GET", "/health")
    health.getresponse().read()


def measured(folder: str) -> list[tuple[float, float]]:
    """Return the median seconds and stall of POST, of GET /status and of GET /dicts."""
    with (
        ProcessPoolExecutor(1) as pool,
        serving(Path(folder, "served.db"), "-m", "benchmarks.dicts") as (port, _),
    ):
        ingestion_id = json.loads(ask(port, "POST", "/ingest", BODY))["ingestion_id"]
        ways = (
            ("POST", "/ingest", BODY),
            ("GET", f"/status/{ingestion_id}", None),
            ("GET", f"/dicts/{ingestion_id}", None),
        )
        rounds = [[with_stall(pool, port, way) for way in ways] for _ in range(ROUNDS)]
    columns = [tuple(zip(*way, strict=True)) for way in zip(*rounds, strict=True)]
    return [(median(taken), median(stalls)) for taken, stalls in columns]


def compared(ours: float, peer: float) -> str:
    """Say how two times compare."""
    return f"{ours / peer:.3f} times ({ours * 1000:.0f} and {peer * 1000:.0f} ms)"


def main() -> None:
    """Measure and print."""
    with here() as folder:
        (post, post_stall), (status, status_stall), (dicts, dicts_stall) = measured(folder)
    print("GET /status of a million ids against dicts and json.dumps:")
    print(f"  to the last byte     {compared(status, dicts)}")
    print(f"  others wait at most  {compared(status_stall, dicts_stall)}")
    print("POST /ingest of a million ids against that GET /status:")
    print(f"  accepted             {compared(post, status)}")
    print(f"  others wait at most  {compared(post_stall, status_stall)}")


if __name__ == "__main__":
    main()
