"""The wait of others for the gate while a million ids are submitted to PostgreSQL, against the same without it.

A process takes the gate for nothing, every millisecond or so, and keeps the longest wait of a second; in every
other second a submission of a million ids (4 MB) arrives. Read: a slot waits no longer than that, so it should
stay below a fiftieth of the default interval of 5 s.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from statistics import median
from uuid import uuid4

import psycopg

from benchmarks.figure import Figure, show
from benchmarks.measure import seconds
from benchmarks.replicas import database, processes
from benchmarks.shared_submissions import engine
from ingest_service.domain.model import Priority, Submission
from ingest_service.domain.packed_ids import PackedIds

IDS = PackedIds.of(range(1, 1_000_001))
WINDOW = 1.0
ROUNDS = 7


def longest_wait(url: str) -> float:
    """Return the longest time that it took to take the gate and give it back."""
    end = time.monotonic() + WINDOW
    taken = []
    with psycopg.connect(url, autocommit=True) as connection:

        def take() -> None:
            with connection.pipeline():
                for statement in ("BEGIN", "SELECT FROM gate WHERE one = 1 FOR UPDATE", "COMMIT"):
                    connection.execute(statement, prepare=True)

        while time.monotonic() < end:
            taken.append(seconds(take))
            time.sleep(0.001)
    return max(taken)


def round_trip(pool: ProcessPoolExecutor, url: str, million: bool) -> float:
    """Return the longest wait of others, with a million ids that arrive or without."""
    waiting = pool.submit(longest_wait, url)
    time.sleep(WINDOW / 4)
    if million:
        engine(url).admit(Submission(uuid4(), Priority.LOW, 3, IDS), None)
    return waiting.result()


def figures() -> Iterator[Figure]:
    """Measure."""
    with database() as url, processes(1) as (pool,):
        engine(url)  # makes the tables
        rounds = [(round_trip(pool, url, True), round_trip(pool, url, False)) for _ in range(ROUNDS)]
    mine, least = (median(one) * 1000 for one in zip(*rounds, strict=True))
    what = "the longest wait for the gate in a second"
    yield Figure(f"{what}, while a million ids are submitted", "", mine, 100, "ms", more_is_better=False)
    yield Figure(f"{what}, without them", "", least, unit="ms", more_is_better=False)


if __name__ == "__main__":
    show(figures())
