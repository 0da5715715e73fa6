"""One ingestion of a million ids against the plain ways to validate, store and report it.

The plain ways (benchmarks/dicts.py) are json.loads and a loop, a row for each batch, and json.dumps of dicts; all
of it without HTTP (that is benchmarks/stalls.py). Read: below 1 is what our way saves.
"""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from benchmarks.dicts import dicts_body, plain_validation, store_batches
from benchmarks.measure import here, medians, seconds
from ingest_service.clock import SystemClock
from ingest_service.domain.model import Ingestion, Priority, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.stores.sqlite.connections import connect
from ingest_service.stores.sqlite.database import SqliteDatabase
from ingest_service.stores.sqlite.journal import SqliteJournal
from ingest_service.web.ingest.status import status_body
from ingest_service.web.ingest.submission import parse_submission

IDS = list(range(10**9 - 10**6, 10**9))
BODY = json.dumps({"ids": IDS, "priority": "LOW"}).encode()
ROUNDS = 3


def compare(name: str, ours: Callable[[], object], plain: Callable[[], object]) -> None:
    """Print how long our way takes, in ratio to the plain one."""
    mine, theirs = medians(ROUNDS, lambda: seconds(ours), lambda: seconds(plain))
    print(f"{name:20} {mine / theirs:6.3f} times the plain way ({mine * 1000:.0f} and {theirs * 1000:.0f} ms)")


def main() -> None:
    """Measure and print."""
    ids = PackedIds.of(IDS)
    progress = Progress(1, Ingestion(uuid4().int, Priority.LOW, 3, len(ids)), 0, 0, frozenset())
    compare("validating", lambda: parse_submission(BODY, len(IDS)), lambda: plain_validation(BODY))
    with here() as folder:
        database = SqliteDatabase(Path(folder, "ours.db"), SystemClock())
        journal = SqliteJournal(database, database.lock_file, SystemClock())
        connection = connect(Path(folder, "plain.db"))
        database.start()

        def pack_and_store() -> None:
            journal.add(Submission(uuid4(), Priority.LOW, 3, PackedIds.of(IDS)), lambda *_: None, None)

        compare("packing and storing", pack_and_store, lambda: store_batches(connection, IDS))
        connection.close()
        database.stop()
    compare("writing the status", lambda: "".join(status_body(progress, ids)), lambda: dicts_body(progress, ids))


if __name__ == "__main__":
    main()
