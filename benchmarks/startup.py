"""Starting with 100,000 waiting ingestions of 10 ids each against starting with an empty database.

Measured in turn: `Service.start` in this process, and the whole of `python wsgi.py` until GET /health answers,
with the memory it has then. The limit for `Service.start` is fetching the rows of the backlog and nothing else.
Read: how many times longer a start takes with a large backlog, how much of that SQLite alone would take, and
what an ingestion that waits costs in memory.
"""

import subprocess
import time
from pathlib import Path
from statistics import median
from uuid import uuid4

from benchmarks.measure import here, medians, seconds
from benchmarks.serving import REAL, serving
from ingest_service.app import build_service
from ingest_service.clock import SystemClock
from ingest_service.config import Settings
from ingest_service.domain.model import Ingestion, Priority
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.stores.sql.rows import INGESTION, JOIN_INGESTION
from ingest_service.stores.sqlite.admitting import insert_ingestion
from ingest_service.stores.sqlite.connections import connect
from ingest_service.stores.sqlite.schema import migrate

INGESTIONS = 100_000
ROUNDS = 5
# So long a linger that no slot opens and every start finds the same backlog.
NO_SLOTS = {"INGEST_LINGER_SECONDS": "86400"}


def fill(path: Path, ingestions: int) -> None:
    """Create a database in which this number of ingestions waits."""
    connection, wall = connect(path), SystemClock().wall()
    migrate(connection)
    with connection:
        connection.execute("BEGIN")
        for number in range(ingestions):
            ids = PackedIds.of(range(1, 11))
            ingestion = Ingestion(uuid4().int, Priority(number % 3), 3, len(ids), wall)
            insert_ingestion(connection, ingestion, ids)
    connection.close()


def start_seconds(path: Path) -> float:
    """Return how long `Service.start` takes on this database."""
    service = build_service(Settings.from_environ(NO_SLOTS | {"INGEST_DATABASE_URL": f"sqlite:///{path}"}))
    taken = seconds(service.start)
    service.stop()
    return taken


def rows_seconds(path: Path) -> float:
    """Return how long it takes to read the backlog and make nothing of it."""
    connection = connect(path)
    rows = f"SELECT sequence, released, {INGESTION} FROM backlog {JOIN_INGESTION}"
    taken = seconds(connection.execute(rows).fetchall)
    connection.close()
    return taken


def process(path: Path) -> tuple[float, int]:
    """Start the real server; return the seconds until it is healthy and its bytes of memory then."""
    started = time.perf_counter()
    with serving(path, *REAL, **NO_SLOTS) as (_, pid):
        taken = time.perf_counter() - started
        size = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True).stdout
    return taken, int(size) * 1024


def main() -> None:
    """Measure and print."""
    with here() as folder:
        full, empty = Path(folder, "full.db"), Path(folder, "empty.db")
        fill(full, INGESTIONS)
        fill(empty, 0)
        start, bare, rows = medians(
            ROUNDS, lambda: start_seconds(full), lambda: start_seconds(empty), lambda: rows_seconds(full)
        )
        runs = [process(path) for _ in range(ROUNDS) for path in (full, empty)]
    (whole, size), (whole_empty, size_empty) = (map(median, zip(*runs[n::2], strict=True)) for n in (0, 1))
    print(f"start with {INGESTIONS:,} waiting ingestions against an empty database:")
    print(f"  whole process {whole / whole_empty:6.2f} times ({whole:.2f} s and {whole_empty:.2f} s)")
    print(f"  Service.start {start / bare:6.0f} times ({start:.2f} s and {bare * 1000:.1f} ms)")
    print(f"                {start / rows:6.2f} times fetching the rows alone ({rows:.2f} s)")
    print(f"  memory        {size / size_empty:6.2f} times, {(size - size_empty) / INGESTIONS:.0f} bytes each")


if __name__ == "__main__":
    main()
