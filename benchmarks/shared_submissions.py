"""63 threads of three replicas adding submissions to one PostgreSQL, against 63 connections that insert rows.

Both run in three processes, on the same server and disk, and each submission of 7 ids is durable when it returns.
The peer knows no order: each of its threads has a connection, and its INSERT and COMMIT wait for no other. Read:
the ratio says what the gate, the order, the idempotency keys and the bound of the backlog cost; half of the peer's
rate is enough.
"""

from collections.abc import Iterator
from functools import cache, partial
from uuid import uuid4

import psycopg

from benchmarks.figure import Figure, show
from benchmarks.measure import medians
from benchmarks.replicas import database, processes, rate, repeated
from ingest_service.clock import NANOSECONDS, SystemClock
from ingest_service.dispatch.retries import RetryRules
from ingest_service.domain.model import Priority, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.rate import RateLimit
from ingest_service.metrics import Metrics
from ingest_service.stores.postgres.database import PostgresDatabase
from ingest_service.stores.postgres.engine import PostgresEngine
from ingest_service.stores.postgres.replicas import Replica
from ingest_service.stores.postgres.rules import Rules
from ingest_service.stores.postgres.sight import SlotTimes

REPLICAS = 3
THREADS = 21  # of each replica
WINDOW = 1.5
ROUNDS = 5
INTERVAL = 5 * NANOSECONDS
IDS = PackedIds.of(range(1, 8))
PLAIN = """
CREATE TABLE plain (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id bytea NOT NULL UNIQUE,
    priority smallint NOT NULL,
    ids bytea NOT NULL
)
"""


@cache
def engine(url: str) -> PostgresEngine:
    """Return the engine of this process; it opens no slots."""
    database = PostgresDatabase(url)
    database.start()
    rules = Rules(
        RateLimit(3, INTERVAL, 0, 0),
        RetryRules(3, INTERVAL),
        SlotTimes(INTERVAL, INTERVAL, INTERVAL),
        10**9,
        INTERVAL,
    )
    return PostgresEngine(database, Replica("replica"), rules, SystemClock(), Metrics(), lambda _: None)


@cache
def connections(url: str) -> list[psycopg.Connection]:
    """Return a connection of this process for each of its threads."""
    return [psycopg.connect(url, prepare_threshold=1) for _ in range(THREADS)]


def submitted(url: str, begin: float, end: float) -> int:
    """Add submissions between two monotonic times; return how many."""
    admit = engine(url).admit
    return repeated(lambda _: admit(Submission(uuid4(), Priority.MEDIUM, 3, IDS), None), THREADS, begin, end)


def inserted(url: str, begin: float, end: float) -> int:
    """Insert rows between two monotonic times; return how many."""
    own = connections(url)

    def insert(number: int) -> None:
        row = [uuid4().bytes, Priority.MEDIUM, IDS.packed]
        own[number].execute("INSERT INTO plain (id, priority, ids) VALUES (%s, %s, %s)", row)
        own[number].commit()

    return repeated(insert, THREADS, begin, end)


def figures() -> Iterator[Figure]:
    """Measure."""
    with database() as url, processes(REPLICAS) as pools:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(PLAIN)
        ways = [partial(rate, pools, way, url, WINDOW) for way in (submitted, inserted)]
        # The first ones connect.
        medians(1, *ways)
        shared, plain = medians(ROUNDS, *ways)
    why = (
        "A submission waits for its turn at the gate, a plain row does not; a disk that is slow enough hides that."
    )
    what = f"durable submissions of {REPLICAS} replicas, {THREADS} threads each"
    yield Figure(what, "plain rows of as many connections", shared / plain, 0.5, note=why)


if __name__ == "__main__":
    show(figures())
