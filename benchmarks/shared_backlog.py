"""100,000 ingestions of 10 ids wait in PostgreSQL: starting a replica, and when the last one runs; beside SQLite.

Measured in turn on both: `Service.start`, and the report of the last ingestion, with its estimate. The limit for
a start is two seconds, that for a report a few milliseconds, as on SQLite. Read: the arithmetic is the same, and
what a report takes more than on SQLite is the way to the database.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

from benchmarks.figure import Figure, show
from benchmarks.measure import here, medians, seconds
from benchmarks.replicas import database
from benchmarks.startup import MANY, NO_SLOTS, fill
from ingest_service.app import build_service
from ingest_service.clock import SystemClock
from ingest_service.config import Settings
from ingest_service.domain.model import LAST_SEQUENCE, Priority, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.ports.records import ListFilter
from ingest_service.service import Service
from ingest_service.stores.postgres.admitting import Request, admit_group
from ingest_service.stores.postgres.connections import connect
from ingest_service.stores.postgres.gate import Gate

ROUNDS = 5
IDS = PackedIds.of(range(1, 11))
AWAY = "it takes as long while 20,000 wait: each statement goes to the database and back"
LAST = ListFilter(status=None, priority=Priority.LOW, before=LAST_SEQUENCE, limit=1)


def service(url: str) -> Service:
    """Return a service that opens no slot."""
    return build_service(Settings.from_environ(NO_SLOTS | {"INGEST_DATABASE_URL": url}))


def admit(gate: Gate, ingestions: int) -> None:
    """Let this number of ingestions wait too, a thousand in a commit."""
    for first in range(0, ingestions, 1000):
        numbers = range(first, first + 1000)
        submissions = [Submission(uuid4(), Priority(number % 3), 3, IDS) for number in numbers]
        admit_group(gate, [Request(one, None) for one in submissions], most_ids=10**9)


def start_seconds(url: str) -> float:
    """Return how long a start takes."""
    started = service(url)
    taken = seconds(started.start)
    started.stop()
    return taken


def last_one(running: Service) -> UUID:
    """Return the ingestion that runs last."""
    (last,) = running.reports.ingestions(LAST).ingestions
    return last.progress.ingestion.id


def told(shared: Service, embedded: Service) -> Iterator[Figure]:
    """Measure what services that run take to say when the last one runs."""
    asked = [partial(running.reports.ingestion, last_one(running)) for running in (shared, embedded)]
    medians(1, *(partial(seconds, one) for one in asked))
    mine, least = medians(ROUNDS, *(partial(seconds, one) for one in asked))
    what = f"when the last of {MANY:,} ingestions runs, on PostgreSQL"
    yield Figure(what, "", mine * 1000, 5, "ms", more_is_better=False, note=AWAY)
    yield Figure(what, "SQLite", mine / least, more_is_better=False)


def figures() -> Iterator[Figure]:
    """Measure."""
    with here() as folder, database() as url:
        path = Path(folder, "full.db")
        fill(path, MANY, len(IDS))
        start_seconds(url)  # makes the tables
        admit(Gate(lambda: connect(url), SystemClock(), lambda _waited: None), MANY)
        urls = (url, f"sqlite:///{path}")
        mine, least = medians(ROUNDS, *(partial(start_seconds, one) for one in urls))
        what = f"Service.start of a replica, {MANY:,} ingestions of {len(IDS)} ids wait"
        yield Figure(what, "", mine, 2, "s", more_is_better=False)
        yield Figure(what, "SQLite", mine / least, more_is_better=False)
        shared, embedded = map(service, urls)
        for running in (shared, embedded):
            running.start()
        yield from told(shared, embedded)
        for running in (shared, embedded):
            running.stop()


if __name__ == "__main__":
    show(figures())
