"""Requests beside 1,000,000 finished ingestions against the same ones beside 20,000.

Those fill every page, and the day of slots that the board shows, so the answers are alike. Both databases are
written with plain SQL; the real server runs on both and is asked in turn over one connection each. The first
request of a kind is not counted: the first board of a process counts a day of slots, and later ones count
two minutes. Read: how many times longer each request takes with the long history.
"""

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure, show
from benchmarks.measure import here, seconds
from benchmarks.ports import HOST
from benchmarks.serving import REAL, ask, serving
from benchmarks.startup import NO_SLOTS
from ingest_service.clock import NANOSECONDS, SystemClock
from ingest_service.stores.sqlite.connections import connect
from ingest_service.stores.sqlite.schema import migrate

SHORT, LONG = 20_000, 1_000_000
BODY = b'{"ids":[1,2,3,4,5,6,7],"priority":"LOW"}'
SECONDS_EACH = 1.0
REQUESTS = (
    *("POST /ingest", "POST /ingest?dry_run=true", "GET /status/{id}", "GET /ingestions/{id}"),
    *("GET /ingestions", "GET /ingestions?status=completed", "GET /ingestions?failed=true"),
    *("GET /health", "GET /metrics", "GET /schedule", "GET /dispatcher", "GET /slots"),
    *("GET /", "GET /board/tables", "GET /board/plot", "GET /board/ingestions"),
)
NOTES = {
    "GET /ingestions?failed=true": (
        "four times as many ingestions with failed ids are looked for as a page has, each in a tree with more "
        "levels; a larger cache and a mapped file won nothing"
    )
}
# One ingestion, slot and wall time for each number; every tenth ingestion has a failed id.
_NUMBERS = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)"
_OF_EACH_ID = f"{_NUMBERS}, positions (p) AS (VALUES (0), (1), (2))"
_AT = f":wall - (:count - n + 1) * {5 * NANOSECONDS}"
_INSERTS = (
    f"{_NUMBERS} INSERT INTO ingestions (sequence, id, priority, created_at, batch_size, ids) "
    f"SELECT n, randomblob(16), n % 3, {_AT}, 3, x'010000000200000003000000' FROM numbers",
    f"{_NUMBERS} INSERT INTO checksums SELECT n, zeroblob(4) FROM numbers",
    f"{_NUMBERS} INSERT INTO slots (number, boot, opened, opened_at, started, closed_at, lag) "
    f"SELECT n, 'b', n, {_AT}, n, {_AT} + {NANOSECONDS}, 0 FROM numbers",
    f"{_OF_EACH_ID} INSERT INTO calls (sequence, position, slot, record_id, place) "
    "SELECT n, p, n, p + 1, p FROM numbers, positions",
    f"{_OF_EACH_ID} INSERT INTO outcomes (sequence, position, record_id, result, error, attempts, last_status) "
    "SELECT n, p, p + 1, iif(n % 10 + p, '{}', NULL), iif(n % 10 + p, NULL, 'HTTP 404'), 1, 200 "
    "FROM numbers, positions",
)


def fill(path: Path, count: int) -> None:
    """Create a database with this number of finished ingestions of three ids, one in each slot."""
    connection = connect(path)
    migrate(connection)
    with connection:
        connection.execute("BEGIN")
        for statement in _INSERTS:
            connection.execute(statement, {"count": count, "wall": SystemClock().wall()})
    connection.close()


class Asked:
    """A server that is asked over one connection, about an ingestion that waits."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection(HOST, port, timeout=30)
        self._id = json.loads(ask(port, "POST", "/ingest", BODY))["ingestion_id"]

    def seconds(self, request: str) -> float:
        """Return how long a request takes. Raises RuntimeError where it fails."""
        return seconds(lambda: self._ask(*request.format(id=self._id).split()))

    def _ask(self, method: str, path: str) -> None:
        accepted = "text/html" if path == "/" or path.startswith("/board") else "*/*"
        self._connection.request(method, path, BODY if method == "POST" else None, {"Accept": accepted})
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status}")


def compared(request: str, short: Asked, long: Asked) -> Figure:
    """Ask both in turn for a while, after a first time."""
    for asked in (short, long):
        asked.seconds(request)
    taken: tuple[list[float], list[float]] = ([], [])
    until = time.monotonic() + SECONDS_EACH
    while time.monotonic() < until:
        for asked, times in zip((short, long), taken, strict=True):
            times.append(asked.seconds(request))
    few, many = map(median, taken)
    against = f"beside {SHORT:,} ({few * 1000:.2f} ms)"
    what, note = f"{request} beside {LONG:,} finished ingestions", NOTES.get(request, "")
    return Figure(what, against, many / few, 1.1, more_is_better=False, note=note)


def figures() -> Iterator[Figure]:
    """Measure, and yield what was found."""
    with here() as folder:
        paths = Path(folder, "short.db"), Path(folder, "long.db")
        for path, count in zip(paths, (SHORT, LONG), strict=True):
            fill(path, count)
        with (
            serving(paths[0], *REAL, **NO_SLOTS) as (short, _),
            serving(paths[1], *REAL, **NO_SLOTS) as (long, _),
        ):
            asked = Asked(short), Asked(long)
            for request in REQUESTS:
                yield compared(request, *asked)


def main() -> None:
    """Measure and print."""
    show(figures())


if __name__ == "__main__":
    main()
