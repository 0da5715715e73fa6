"""64 threads adding submissions: the database's group commit against a lock around one connection.

Both run the same statements on the same disk (WAL, synchronous=FULL); the lock way commits each submission by
itself, so it cannot be faster than one sync at a time. Read: the ratio says how many times more submissions
become durable in a second, and the two "syncs" lines how many share one wait for the disk.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from uuid import uuid4

from benchmarks.measure import here, medians, seconds
from ingest_service.clock import SystemClock
from ingest_service.domain.model import Ingestion, Priority, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.stores.sqlite.admitting import insert_ingestion
from ingest_service.stores.sqlite.connections import connect
from ingest_service.stores.sqlite.database import SqliteDatabase
from ingest_service.stores.sqlite.journal import SqliteJournal
from ingest_service.stores.sqlite.schema import migrate

THREADS = 64
WINDOW = 1.5
ROUNDS = 5


def submission() -> Submission:
    """Return five ids under a new ingestion id."""
    return Submission(uuid4(), Priority.MEDIUM, 3, PackedIds.of([1, 2, 3, 4, 5]))


def rate(add: Callable[[Submission], object]) -> float:
    """Return how many submissions all threads together add in a second."""
    deadline = time.perf_counter() + WINDOW

    def add_until_deadline(_: int) -> int:
        added = 0
        while time.perf_counter() < deadline:
            add(submission())
            added += 1
        return added

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(add_until_deadline, range(THREADS))) / WINDOW


def one_at_a_time(path: Path) -> Callable[[Submission], None]:
    """Return the peer: every submission in a commit of its own, behind a lock."""
    connection, lock, clock = connect(path), Lock(), SystemClock()
    migrate(connection)

    def add(submission: Submission) -> None:
        with lock, connection:
            connection.execute("BEGIN IMMEDIATE")
            insert_ingestion(connection, Ingestion.of(submission, clock.wall()), submission.ids)

    return add


def sync_seconds(file: int) -> float:
    """Append a page to a file and return how long the disk takes to make it durable."""
    os.write(file, bytes(4096))
    return seconds(lambda: os.fsync(file))


def main() -> None:
    """Measure and print."""
    with here() as folder:
        database = SqliteDatabase(Path(folder, "group.db"), SystemClock())
        journal = SqliteJournal(database, database.lock_file, SystemClock())
        database.start()
        alone = one_at_a_time(Path(folder, "lock.db"))
        file = os.open(Path(folder, "page"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        (sync,) = medians(100, lambda: sync_seconds(file))
        grouped, locked = medians(
            ROUNDS, lambda: rate(lambda one: journal.add(one, lambda *_: None, None)), lambda: rate(alone)
        )
        database.stop()
    print(f"durable submissions, {THREADS} threads: group commit {grouped / locked:.1f} times the lock way")
    print(f"  group commit  {grouped:7.0f}/s, {grouped * sync:5.2f} for each sync of this disk")
    print(f"  lock          {locked:7.0f}/s, {locked * sync:5.2f} for each sync of this disk")
    print(f"  one fsync of a page takes {sync * 1000:.2f} ms")


if __name__ == "__main__":
    main()
