"""The lateness of slots, idle and under all the status polls that 16 connections can make.

The whole service runs in this process with slots 50 ms apart, without a guard, and the load comes from another
process. A slot's start is judged by the upstream: the fetcher stamps every arrival. Lateness is how much more than
the interval lies between the first arrivals of two slots; it holds the commit that comes before the first call.
The limit is a thread that does nothing but wait on an event as often. Read: the count of spans of four arrivals
below the interval must be 0 always; the lateness moves the following slots, so it costs throughput, never the law.
"""

from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise, product
from pathlib import Path
from threading import Event

from benchmarks.load import latencies, request
from benchmarks.measure import here, percentile, seconds
from benchmarks.stamped import Stamps, served
from ingest_service.clock import NANOSECONDS
from ingest_service.config import Settings
from ingest_service.domain.model import Priority

INTERVAL = 50_000_000
SLOTS = 100  # in each window
ROUNDS = 2
POLLING = 16  # connections


def settings(path: Path) -> Settings:
    """Return the settings of a service without a guard whose slots are an interval apart."""
    return Settings.from_environ(
        {
            "INGEST_DATABASE_URL": f"sqlite:///{path}",
            "INGEST_INTERVAL_SECONDS": str(INTERVAL / NANOSECONDS),
            "INGEST_LINGER_SECONDS": "0",
        }
    )


def window(pool: ProcessPoolExecutor, path: Path, connections: int) -> tuple[list[int], int]:
    """Run slots while this number of connections polls; return all arrivals in order and the number of polls."""
    fetcher = Stamps()
    with served(settings(path), fetcher) as (service, port):
        ingestion_id = service.submit(range(1, 6 * SLOTS), Priority.LOW)
        polled = request("GET", f"/status/{ingestion_id}")
        polls = pool.submit(latencies, port, polled, connections, SLOTS * INTERVAL / NANOSECONDS).result()
        return sorted(fetcher.arrivals), len(polls)


def lateness(arrivals: list[int], interval: int = INTERVAL) -> list[float]:
    """Return how much more than the interval lies between the first arrivals of slots, in milliseconds."""
    return [(later - earlier - interval) / 1e6 for earlier, later in pairwise(arrivals[::3])]


def spans(arrivals: list[int]) -> list[float]:
    """Return how long every four neighbouring arrivals span, in intervals."""
    return [(fourth - first) / INTERVAL for first, fourth in zip(arrivals, arrivals[3:], strict=False)]


def bare_lateness() -> list[float]:
    """Return how late a thread wakes up that only waits for the interval, in milliseconds."""
    wait = INTERVAL / NANOSECONDS
    return [(seconds(lambda: Event().wait(wait)) - wait) * 1000 for _ in range(SLOTS)]


def report(name: str, late: list[float], limit: list[float]) -> None:
    """Print how late, in ratio to the limit."""
    for percent in (50, 99):
        mine, least = percentile(late, percent), percentile(limit, percent)
        print(f"  {name:6} p{percent} {mine / least:5.1f} times a bare wait ({mine:.1f} and {least:.1f} ms)")


def main() -> None:
    """Measure and print."""
    late: dict[int, list[float]] = {0: [], POLLING: []}
    spanned: list[float] = []
    polls, limit = 0, bare_lateness()
    with here() as folder, ProcessPoolExecutor(1) as pool:
        for number, connections in product(range(ROUNDS), late):
            arrivals, polled = window(pool, Path(folder, f"{number}-{connections}.db"), connections)
            late[connections] += lateness(arrivals)
            spanned += spans(arrivals)
            polls += polled
    print(f"lateness of slots {INTERVAL / 1e6:.0f} ms apart:")
    report("idle", late[0], limit)
    report("polled", late[POLLING], limit)
    print(f"  {polls / ROUNDS / SLOTS / INTERVAL * NANOSECONDS:.0f} polls/s, {len(late[POLLING])} slots polled")
    print(f"  spans of four arrivals below the interval: {sum(span < 1 for span in spanned)} of {len(spanned)}")
    print(f"  the shortest is {min(spanned):.3f} intervals")


if __name__ == "__main__":
    main()
