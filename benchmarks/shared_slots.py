"""Slots of three replicas that race for each, and the lateness of slots of one replica that is idle.

The upstream answers at once, and a slot opens as soon as the one before it has closed: every slot is opened and
closed in a commit of its own, by the replica that is fastest. The limit is one connection that commits a row twice
for each slot. More than a hundred slots a second are enough: the default interval is 5 s. Then slots open 50 ms
apart, without a race, as the upstream sees them: beside the same on SQLite. Read: a few milliseconds lie between.
"""

import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import psycopg

from benchmarks.figure import Figure, show
from benchmarks.measure import here, medians, percentile
from benchmarks.replicas import database, processes, rate
from benchmarks.stamped import Stamps, served
from ingest_service.app import assemble
from ingest_service.clock import NANOSECONDS, SystemClock
from ingest_service.config import Settings
from ingest_service.domain.ledger import Answer, Call
from ingest_service.domain.model import Priority
from ingest_service.metrics import Metrics

REPLICAS = 3
IDS = 300_000
WINDOW = 3.0
ROUNDS = 3
# A replica opens no slot so soon after its start.
FIRST_LOOK = 3.0
SHORTEST = 0.001
INTERVAL = 50_000_000
SLOTS = 100
READY = {"INGEST_GUARD_SECONDS": "0", "INGEST_LINGER_SECONDS": "0", "INGEST_UPSTREAM_TIMEOUT_SECONDS": "1"}


class AtOnce:
    """Fits the port `Fetcher`: answers at once."""

    def fetch(self, *_: object) -> Call:
        """Answer."""
        return Call(SystemClock().now(), Answer("null"))


def settings(url: str, interval: float) -> Settings:
    """Return the settings of a replica without a guard, whose slots are this many seconds apart."""
    return Settings.from_environ(READY | {"INGEST_DATABASE_URL": url, "INGEST_INTERVAL_SECONDS": str(interval)})


def raced(url: str, begin: float, end: float) -> int:
    """Let a replica race between two monotonic times; return how many slots it has opened."""
    metrics = Metrics()
    service = assemble(settings(url, SHORTEST), SystemClock(), AtOnce(), metrics)
    service.start()
    opened = []
    for at in (begin, end):
        time.sleep(max(0, at - time.monotonic()))
        opened.append(metrics.registry.get_sample_value("ingest_slots_opened_total") or 0)
    service.stop()
    return int(opened[1] - opened[0])


def committed(url: str, begin: float, end: float) -> int:
    """Commit a row twice for each slot between two monotonic times; return for how many slots."""
    slots = 0
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS plain (number integer)")
        time.sleep(max(0, begin - time.monotonic()))
        while time.monotonic() < end:
            for _ in range(2):
                connection.execute("INSERT INTO plain VALUES (%s)", [slots], prepare=True)
            slots += 1
    return slots


def submit(url: str) -> None:
    """Let many ids wait, by a replica with the same interval: all keep to the longest one that was seen lately."""
    waiting = settings(url, SHORTEST).model_copy(update={"linger_seconds": 86_400})
    service = assemble(waiting, SystemClock(), AtOnce(), Metrics())
    service.start()
    service.submit(range(1, IDS + 1), Priority.MEDIUM)
    service.stop()


def lateness(url: str) -> list[float]:
    """Return how much more than the interval lies between the first arrivals of slots, in milliseconds."""
    fetcher = Stamps()
    with served(settings(url, INTERVAL / NANOSECONDS), fetcher) as (service, _):
        service.submit(range(1, 3 * SLOTS + 1), Priority.LOW)
        while len(fetcher.arrivals) < 3 * SLOTS:
            time.sleep(0.1)
    return [(later - earlier - INTERVAL) / 1e6 for earlier, later in pairwise(sorted(fetcher.arrivals)[::3])]


def race(url: str) -> Iterator[Figure]:
    """Measure the race."""
    submit(url)
    with processes(REPLICAS) as pools:
        slots, limit = medians(
            ROUNDS,
            partial(rate, pools, raced, url, WINDOW, FIRST_LOOK),
            partial(rate, pools[:1], committed, url, WINDOW),
        )
    what = f"slots of {REPLICAS} replicas that race for each"
    yield Figure(what, "", slots, 100, "a second")
    yield Figure(what, "two commits for each slot, by one connection", slots / limit)


def figures() -> Iterator[Figure]:
    """Measure."""
    with database() as url:
        yield from race(url)
    with here() as folder, database() as url:
        shared, embedded = lateness(url), lateness(f"sqlite:///{Path(folder, 'ingest.db')}")
    for percent, aim in ((50, 5), (99, 10)):
        more = percentile(shared, percent) - percentile(embedded, percent)
        what = f"a slot of one replica later than on SQLite, slots {INTERVAL / 1e6:.0f} ms apart, p{percent}"
        yield Figure(what, "", more, aim, "ms", more_is_better=False)


if __name__ == "__main__":
    show(figures())
