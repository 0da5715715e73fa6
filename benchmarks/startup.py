"""Starting with a large backlog against starting with an empty database, and the memory that it keeps.

Measured in turn: the whole of `python wsgi.py` until GET /health answers, on a database in which nothing waits,
one with 100,000 ingestions of 10 ids and one with a single ingestion of a million; a moment later, when all that
runs beside has looked at what waits, the memory of the process. Read: what the backlog adds to an empty start.
"""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from uuid import uuid4

from benchmarks.figure import Figure, show
from benchmarks.measure import here
from benchmarks.serving import REAL, serving
from ingest_service.clock import SystemClock
from ingest_service.domain.model import Ingestion, Priority
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.stores.sqlite.admitting import insert_ingestion
from ingest_service.stores.sqlite.connections import connect
from ingest_service.stores.sqlite.schema import migrate

MANY = 100_000
ROUNDS = 7
# So long a linger that no slot opens and every start finds the same backlog.
NO_SLOTS = {"INGEST_LINGER_SECONDS": "86400"}
# Seconds until the threads beside have looked at all that waits.
SETTLED = 1.0
NOTE = (
    "SQLite takes 0.11 s for the rows and Python 0.13 s for the entries alone, and the search for damaged rows, "
    "before anything is called, 0.11 s; reading deadlines apart and no search for cycles won less than a tenth "
    "each, and what slips need is computed later"
)


def fill(path: Path, ingestions: int, ids: int) -> None:
    """Create a database in which this number of ingestions waits, each with `ids` ids."""
    connection, wall, packed = connect(path), SystemClock().wall(), PackedIds.of(range(1, ids + 1))
    migrate(connection)
    with connection:
        connection.execute("BEGIN")
        for number in range(ingestions):
            ingestion = Ingestion(uuid4().int, Priority(number % 3), 3, ids)
            insert_ingestion(connection, ingestion, packed, wall)
    connection.close()


def started(path: Path) -> tuple[float, float]:
    """Start the real server; return the seconds until it is healthy, and its bytes of memory a moment later."""
    begun = time.perf_counter()
    with serving(path, *REAL, **NO_SLOTS) as (_, pid):
        taken = time.perf_counter() - begun
        time.sleep(SETTLED)
        size = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True).stdout
    return taken, int(size) * 1024


def figures() -> Iterator[Figure]:
    """Measure, and yield what was found."""
    with here() as folder:
        sizes = {"empty": (0, 1), "many": (MANY, 10), "large": (1, 10**6)}
        paths = {name: Path(folder, f"{name}.db") for name in sizes}
        for name, path in paths.items():
            fill(path, *sizes[name])
        runs = [{name: started(path) for name, path in paths.items()} for _ in range(ROUNDS)]
    taken = {name: median(run[name][0] for run in runs) for name in paths}
    memory = {name: median(run[name][1] for run in runs) for name in paths}

    def more(what: str, against: str, value: float, aim: float, unit: str, note: str = "") -> Figure:
        return Figure(what, against, value, aim, unit, more_is_better=False, note=note)

    empty = f"an empty start ({taken['empty']:.2f} s)"
    yield more("more for a start with 100,000 waiting", empty, taken["many"] - taken["empty"], 0.25, "s", NOTE)
    yield more("more for a start with one of 1,000,000 ids", empty, taken["large"] - taken["empty"], 0.03, "s")
    bytes_each = (memory["many"] - memory["empty"]) / MANY
    yield more("memory for each waiting ingestion of 10 ids", "", bytes_each, 350, "B")
    megabytes = (memory["large"] - memory["empty"]) / 1e6
    yield more("memory for a waiting ingestion of 1,000,000 ids", "", megabytes, 5, "MB")


def main() -> None:
    """Measure and print."""
    show(figures())


if __name__ == "__main__":
    main()
