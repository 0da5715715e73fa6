"""The time that a submission takes to become durable while history is removed, against the same while it is not.

20,000 ended ingestions and one of a million ids are history; one thread submits, and every other round the
pruner's steps run beside it, at their own pace. Read: the p50 ratio should be near 1; the p99 ratio is what a
step, or the million ids, may hold a commit up. That some ingestions are removed shows that the pruner was at work.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from uuid import uuid4

from benchmarks.figure import Figure, show
from benchmarks.measure import here, percentile, seconds
from ingest_service.clock import SystemClock
from ingest_service.domain.model import LAST_SEQUENCE, Ingestion, Priority, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.ports.records import ListFilter
from ingest_service.pruner import Pruner
from ingest_service.stores.sqlite.admitting import insert_ingestion
from ingest_service.stores.sqlite.database import SqliteDatabase
from ingest_service.stores.sqlite.journal import SqliteJournal
from ingest_service.stores.sqlite.records import SqliteRecords

ENDED = 20_000
SUBMISSIONS = 1000
ROUNDS = 6
EVERYTHING = ListFilter(status=None, priority=None, before=LAST_SEQUENCE, limit=1_000_000)


def write_history(path: Path) -> None:
    """Write ingestions that ended long ago, with the outcomes of their ids."""
    few, many = PackedIds.of([1, 2, 3]), PackedIds.of(range(1, 1_000_001))
    connection = sqlite3.connect(path)
    for number in range(ENDED):
        ids = many if number == ENDED // 2 else few
        ingestion = Ingestion(uuid4().int, Priority.LOW, 3, len(ids))
        sequence = insert_ingestion(connection, ingestion, ids, number)
        connection.executemany(
            "INSERT INTO outcomes (sequence, position, record_id, attempts) VALUES (?, ?, ?, 1)",
            [(sequence, position, position + 1) for position in range(3)],
        )
    connection.execute("DELETE FROM backlog")
    connection.commit()
    connection.close()


def submissions(journal: SqliteJournal) -> list[float]:
    """Return how long each of some submissions takes, in seconds."""
    ids = PackedIds.of([1, 2, 3])
    return [
        seconds(lambda: journal.add(Submission(uuid4(), Priority.LOW, 3, ids), lambda *_: None, None))
        for _ in range(SUBMISSIONS)
    ]


def beside(journal: SqliteJournal, records: SqliteRecords) -> list[float]:
    """Submit while the pruner works."""
    pruner = Pruner(records, SystemClock(), keep=0)
    pruner.start()
    taken = submissions(journal)
    pruner.stop(grace=5)
    return taken


def figures() -> Iterator[Figure]:
    """Measure in turn and compare."""
    with here() as directory:
        path = Path(directory) / "ingest.db"
        database = SqliteDatabase(path, SystemClock())
        records, journal = SqliteRecords(database), SqliteJournal(database, database.lock_file, SystemClock())
        database.start()
        database.stop()
        write_history(path)
        database.start()
        rounds = [(submissions(journal), beside(journal, records)) for _ in range(ROUNDS)]
        left = len(records.listed(EVERYTHING)) - 2 * SUBMISSIONS * ROUNDS
        database.stop()
    for percent, aim in ((50, 1.1), (99, 3)):
        without, during = (median(percentile(one, percent) for one in way) for way in zip(*rounds, strict=True))
        what = f"a submission while history is removed, p{percent}"
        yield Figure(what, "the same while it is not", during / without, aim, more_is_better=False)
    yield Figure(f"ingestions removed meanwhile, of {ENDED:,}", "", ENDED - left, 1000, "ingestions")


if __name__ == "__main__":
    show(figures())
