"""Durable submissions inside the process, without HTTP, by 1, 8 and 64 threads.

The limit is one thread that commits one small row after the other (WAL, synchronous=FULL) and does nothing else.
The peer of the 64 threads runs the statements of a submission behind a lock around one connection, so that each
has a commit of its own. Read: with one thread the ratio says what a submission costs beside its commit; with more
it may exceed 1, because submissions share a commit.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock

from benchmarks.figure import Figure, show
from benchmarks.measure import here, medians
from ingest_service.app import build_service
from ingest_service.clock import SystemClock
from ingest_service.config import Settings
from ingest_service.domain.model import Ingestion, Priority, Submission, new_id
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.service import Service
from ingest_service.stores.sqlite.admitting import insert_ingestion
from ingest_service.stores.sqlite.connections import connect
from ingest_service.stores.sqlite.schema import migrate

IDS = range(1, 8)
AIMS = {1: 0.5, 8: 0.8, 64: 1.5}
TIMES_LOCK = 2.0
FAST = (
    "it is met where a bare commit takes 0.28 ms; on a faster disk the processor is the limit: a submission takes "
    "0.12 ms of it by 64 threads and 0.31 ms by one"
)
WINDOW = 0.7
ROUNDS = 7


def rate(act: Callable[[], object], threads: int) -> float:
    """Return how often all threads together act in a second."""
    deadline = time.perf_counter() + WINDOW

    def act_until_deadline(_: int) -> int:
        done = 0
        while time.perf_counter() < deadline:
            act()
            done += 1
        return done

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(act_until_deadline, range(threads))) / WINDOW


@contextmanager
def paused_service(path: Path) -> Iterator[Service]:
    """Run a service that takes everything and opens no slot."""
    environ = {"INGEST_DATABASE_URL": f"sqlite:///{path.resolve()}", "INGEST_MAX_PENDING_IDS": "1000000000"}
    service = build_service(Settings.from_environ(environ))
    service.start()
    service.pause()
    yield service
    service.stop()


def bare_commits(path: Path) -> Callable[[], None]:
    """Return the limit: one small row in a commit of its own."""
    connection = connect(path)
    connection.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, ids BLOB)")
    ids = PackedIds.of(IDS).packed

    def commit() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO rows (ids) VALUES (?)", [ids])
        connection.execute("COMMIT")

    return commit


def one_at_a_time(path: Path) -> Callable[[], None]:
    """Return the peer: every submission in a commit of its own, behind a lock."""
    connection, lock, clock = connect(path), Lock(), SystemClock()
    migrate(connection)

    def submit() -> None:
        submission = Submission(new_id(), Priority.MEDIUM, 3, PackedIds.of(IDS))
        with lock, connection:
            connection.execute("BEGIN IMMEDIATE")
            insert_ingestion(connection, Ingestion.of(submission), submission.ids, clock.wall())

    return submit


def figures() -> Iterator[Figure]:
    """Measure."""
    with here() as folder, paused_service(Path(folder, "service.db")) as service:
        submit = partial(service.submit, IDS, Priority.MEDIUM)
        bare, alone = bare_commits(Path(folder, "bare.db")), one_at_a_time(Path(folder, "lock.db"))
        ways = [partial(rate, submit, threads) for threads in AIMS]
        limit, locked, *grouped = medians(ROUNDS, lambda: rate(bare, 1), lambda: rate(alone, 64), *ways)
    for (threads, aim), submissions in zip(AIMS.items(), grouped, strict=True):
        by = f"{threads} thread{'s' if threads > 1 else ''}"
        what = f"durable submissions of 7 ids by {by}"
        yield Figure(what, "bare commits of a row", submissions / limit, aim, note=FAST)
    yield Figure(
        "durable submissions by 64 threads", "a lock around one connection", grouped[-1] / locked, TIMES_LOCK
    )


if __name__ == "__main__":
    show(figures())
