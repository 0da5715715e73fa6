"""POST /ingest of 7 ids over 64 keep-alive connections: two replicas on one PostgreSQL against one process.

The peer is the service on SQLite, on the same disk. Two clients in processes of their own have 32 connections
each: one for each replica, or both for the one process. Read: on a machine with few cores two replicas do not take
more than one process, since PostgreSQL needs a share of them; more than 0.6 times as many is enough.
"""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure, show
from benchmarks.load import latencies, request
from benchmarks.measure import here, percentile
from benchmarks.replicas import database
from benchmarks.serving import REAL, serving

SUBMISSION = json.dumps({"ids": list(range(1, 8)), "priority": "MEDIUM"}).encode()
CONNECTIONS = 32  # of each client
WINDOW = 2.0
ROUNDS = 5


def loaded(pool: ProcessPoolExecutor, ports: tuple[int, int]) -> list[float]:
    """Load two ports, which may be the same, and return the seconds that each answer took."""
    asked = request("POST", "/ingest", SUBMISSION)
    running = [pool.submit(latencies, port, asked, CONNECTIONS, WINDOW) for port in ports]
    return [latency for one in running for latency in one.result()]


def p99(rounds: Sequence[list[float]]) -> float:
    """Return the seconds in which 99 of 100 answers of all rounds came."""
    return percentile([latency for one in rounds for latency in one], 99)


def figures() -> Iterator[Figure]:
    """Measure."""
    with (
        here() as folder,
        database() as url,
        serving(Path(folder, "one.db"), *REAL) as (one, _),
        serving(Path(folder), *REAL, INGEST_DATABASE_URL=url) as (first, _),
        serving(Path(folder), *REAL, INGEST_DATABASE_URL=url) as (second, _),
        ProcessPoolExecutor(2) as pool,
    ):
        rounds = [(loaded(pool, (first, second)), loaded(pool, (one, one))) for _ in range(ROUNDS)]
    shared, alone = zip(*rounds, strict=True)
    what, against = (
        f"POST /ingest of 7 ids at two replicas, {2 * CONNECTIONS} connections",
        "one process on SQLite",
    )
    yield Figure(f"{what}: requests", against, median(map(len, shared)) / median(map(len, alone)), 0.6)
    yield Figure(f"{what}: p99", against, p99(shared) / p99(alone), more_is_better=False)


if __name__ == "__main__":
    show(figures())
