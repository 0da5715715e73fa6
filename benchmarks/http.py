"""Small requests over 8 and 64 keep-alive connections: the real server against the same app on plain waitress.

The real one is `python wsgi.py`, the peer `python -m waitress wsgi:app` with waitress's own defaults (4 threads,
send_bytes 1). Both run in processes of their own, each on its own database, and are loaded in turn by one
single-threaded client in this process. Read: a ratio of requests above 1 and of latencies below 1 is good.
"""

import json
from itertools import product
from pathlib import Path

from benchmarks.load import latencies, request
from benchmarks.measure import here, percentile
from benchmarks.ports import HOST
from benchmarks.serving import REAL, ask, serving

PLAIN = ("-m", "waitress", f"--host={HOST}", "--port={port}", "wsgi:app")
SUBMISSION = b'{"ids":[1,2,3,4,5],"priority":"MEDIUM"}'
CONNECTIONS = (8, 64)
WINDOW = 1.0
ROUNDS = 5


def requests(port: int) -> dict[str, bytes]:
    """Return the requests to measure, by name; the status is that of a small ingestion."""
    ingestion_id = json.loads(ask(port, "POST", "/ingest", SUBMISSION))["ingestion_id"]
    return {
        "POST /ingest": request("POST", "/ingest", SUBMISSION),
        "GET /status": request("GET", f"/status/{ingestion_id}"),
    }


def report(name: str, connections: int, real: list[float], plain: list[float]) -> None:
    """Print what both servers did with one request on this number of connections."""
    print(f"{name}, {connections} connections: {len(real) / len(plain):.2f} times the requests of plain waitress")
    for server, taken in (("real", real), ("plain", plain)):
        p50, p99 = percentile(taken, 50) * 1000, percentile(taken, 99) * 1000
        print(f"  {server:5} {len(taken) / ROUNDS / WINDOW:6.0f}/s  p50 {p50:6.1f} ms  p99 {p99:6.1f} ms")
    print(f"  p99 {percentile(real, 99) / percentile(plain, 99):.2f} times that of plain waitress")


def main() -> None:
    """Measure and print."""
    with (
        here() as folder,
        serving(Path(folder, "real.db"), *REAL) as (real, _),
        serving(Path(folder, "plain.db"), *PLAIN) as (plain, _),
    ):
        asked = {port: requests(port) for port in (real, plain)}
        for name, connections in product(asked[real], CONNECTIONS):
            taken: dict[int, list[float]] = {real: [], plain: []}
            for _, port in product(range(ROUNDS), taken):
                taken[port] += latencies(port, asked[port][name], connections, WINDOW)
            report(name, connections, taken[real], taken[plain])


if __name__ == "__main__":
    main()
