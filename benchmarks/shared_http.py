"""POST /ingest of 7 ids over 64 keep-alive connections: two replicas on one PostgreSQL against one process.

The peer is the service on SQLite, on the same disk. Two clients in processes of their own have 32 connections
each: one for each replica, or both for the one process. Read: on a machine with few cores two replicas do not take
more than one process, since PostgreSQL needs a share of them; more than 0.6 times as many is enough.
"""

import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median

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


def report(name: str, rounds: list[list[float]]) -> float:
    """Print the median rate of all rounds and the latencies; return the rate."""
    rate = median(len(taken) for taken in rounds) / WINDOW
    taken = [latency for one in rounds for latency in one]
    p50, p99 = (percentile(taken, percent) * 1000 for percent in (50, 99))
    print(f"  {name:12} {rate:6.0f}/s  p50 {p50:6.1f} ms  p99 {p99:6.1f} ms")
    return rate


def main() -> None:
    """Measure and print."""
    with (
        here() as folder,
        database() as url,
        serving(Path(folder, "one.db"), *REAL) as (one, _),
        serving(Path(folder), *REAL, INGEST_DATABASE_URL=url) as (first, _),
        serving(Path(folder), *REAL, INGEST_DATABASE_URL=url) as (second, _),
        ProcessPoolExecutor(2) as pool,
    ):
        rounds = [(loaded(pool, (first, second)), loaded(pool, (one, one))) for _ in range(ROUNDS)]
    print(f"POST /ingest, {2 * CONNECTIONS} connections:")
    shared = report("two replicas", [taken for taken, _ in rounds])
    alone = report("one process", [taken for _, taken in rounds])
    print(f"  the replicas take {shared / alone:.2f} times the requests of the one process")


if __name__ == "__main__":
    main()
